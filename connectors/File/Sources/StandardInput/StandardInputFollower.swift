import Glibc
import MillraceEngine

/// Reads the lines of a pipe, a terminal or whatever else standard input is, to its end.
///
/// Positions in it mean something to this process only: byte 0 is the first one that the process reads. So each run reads
/// all that it is given, and what a killed process had read and not yet applied is gone with it.
final class StandardInputFollower: LineFollower {
    /// Where the records say that they come from.
    static let topic = "stdin"

    private let descriptor: Int32
    private let options: LineSource.Options
    private let batcher: LineBatcher
    private var progress: LineProgress
    private var lines: LineReader
    private var buffer: [UInt8]
    private var hasEnded = false

    init(descriptor: Int32, intake: Intake, options: LineSource.Options, log: @Sendable (String) -> Void) {
        self.descriptor = descriptor
        self.options = options
        let (slot, position) = intake.open(topic: Self.topic, partition: 0)
        batcher = LineBatcher(intake, slot: slot)
        progress = LineProgress(intake, slot: slot, cadence: options.cadence)
        lines = LineReader(at: 0, limit: options.maxLineBytes)
        buffer = [UInt8](repeating: 0, count: options.readBytes)
        // Whatever is stored is of another input.
        if case .stored = position {
            intake.skip(slot: slot, from: .max, to: 0)
        } else {
            intake.begin(slot: slot, at: 0)
        }
        log(
            "standard input is read from where it is now: its positions end with this process, so what it has read and not yet "
                + "applied when it is killed is lost; a file ('source: file:PATH') is read exactly once")
        progress.report(.running(from: 0))
    }

    func step(now: Int64) -> Pause {
        guard !hasEnded else { return .end }
        if let reason = progress.stopReason { return end(.stopped(reason: reason)) }
        progress.tell(lines.position, now: now)
        if progress.isHeld(at: lines.position, now: now) { return .untilReady }
        // Reading would wait without end, and a source must be able to stop. Where polling fails, reading says why.
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if unsafe poll(&request, 1, Int32(options.cadence.pollMilliseconds)) == 0 { return .none }
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            unsafe buffer.withUnsafeBytes {
                unsafe batcher.deliver(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: &lines)
            }
            return .none
        }
        if count == 0 {
            batcher.deliverRest(of: &lines)
            return end(.finished)
        }
        if errno == EINTR { return .none }
        if errno == EAGAIN { return .milliseconds(options.cadence.pollMilliseconds) }
        return end(.stopped(reason: "standard input cannot be read: \(FileError.text(errno))"))
    }

    func finish() { progress.tell(lines.position) }

    private func end(_ status: SourceStatus) -> Pause {
        finish()
        hasEnded = true
        progress.report(status)
        return .end
    }
}
