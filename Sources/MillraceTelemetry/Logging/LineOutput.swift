import Glibc
import Synchronization

/// Takes whole lines of text from any thread.
public protocol LineOutput: Sendable {
    /// Writes the lines, each of which ends in a newline, without letting other threads' lines in between.
    func write(_ lines: String)
}

/// Writes lines to an open file descriptor, and on a terminal keeps a status line below them.
public final class DescriptorOutput: LineOutput {
    /// The process's standard error.
    public static let standardError = DescriptorOutput(descriptor: STDERR_FILENO)

    /// True where the descriptor is a terminal that understands escape sequences.
    public let isTerminal: Bool
    private let descriptor: Int32
    private let status = Mutex<String>("")

    /// An output to a descriptor, which stays open and stays its owner's.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1 && environment("TERM") != "dumb"
    }

    /// True where lines should be coloured: on a terminal, unless the environment has `NO_COLOR`.
    public var wantsColours: Bool { isTerminal && (environment("NO_COLOR") ?? "").isEmpty }

    /// Writes the lines above the status line. Blocks until the descriptor took them; what it refuses is lost.
    public func write(_ lines: String) {
        status.withLock { status in
            writeAll(status.isEmpty ? lines : "\r\u{1B}[K" + lines + status)
        }
    }

    /// Shows a text of one line below the log, instead of the one before; the empty text removes it. Does nothing where
    /// the output is no terminal.
    public func show(status text: String) {
        guard isTerminal else { return }
        status.withLock { status in
            status = ""
            status.appendOnOneLine(text)
            writeAll("\r\u{1B}[K" + status)
        }
    }

    private func writeAll(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return }
            var written = 0
            while written < bytes.count {
                let count = unsafe Glibc.write(descriptor, start + written, bytes.count - written)
                if count > 0 {
                    written += count
                } else if count < 0 && errno == EAGAIN {
                    var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    unsafe poll(&writable, 1, -1)
                } else if !(count < 0 && errno == EINTR) {
                    return
                }
            }
        }
    }
}

private func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}
