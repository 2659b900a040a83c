import Synchronization

/// Lets the first lines of a kind through, and counts the rest until their time is over: a handler that fails a hundred
/// thousand times a second makes a few lines, and one that says how many more there were.
final class LogThrottle: Sendable {
    /// What became of a kind of line that was held back.
    struct Summary: Equatable {
        let kind: String
        /// How many lines were held back.
        let count: Int
        /// In how many seconds.
        let seconds: Int
        /// What the last of them said.
        let last: String
    }

    private struct Window {
        let start: Int64
        var admitted = 0
        var heldBack = 0
        var last = ""
    }

    /// How many lines of a kind may be written in a window.
    let burst: Int
    /// How long a window is.
    let windowMilliseconds: Int64
    private let windows = Mutex<[String: Window]>([:])
    /// Above this many kinds at a time further ones are let through uncounted.
    private static let maxKinds = 4096

    init(burst: Int, windowMilliseconds: Int64 = 10_000) {
        self.burst = burst
        self.windowMilliseconds = windowMilliseconds
    }

    /// Whether a line of a kind is to be written at that time; otherwise it is counted, and `last` kept.
    func admits(_ kind: String, now: Int64, last: @autoclosure () -> String) -> Bool {
        windows.withLock { windows in
            guard windows[kind] != nil || windows.count < Self.maxKinds else { return true }
            var window = windows[kind] ?? Window(start: now)
            defer { windows[kind] = window }
            if window.admitted < burst {
                window.admitted += 1
                return true
            }
            window.heldBack += 1
            window.last = last()
            return false
        }
    }

    /// Ends the windows whose time is over, or all, and tells what was held back in them, in the order of their kinds.
    func endWindows(now: Int64, all: Bool = false) -> [Summary] {
        windows.withLock { windows in
            let ended = all ? windows : windows.filter { now - $0.value.start >= windowMilliseconds }
            for kind in ended.keys { windows[kind] = nil }
            return ended.filter { $0.value.heldBack > 0 }.sorted { $0.key < $1.key }.map { kind, window in
                Summary(
                    kind: kind, count: window.heldBack, seconds: max(1, Int((now - window.start) / 1000)),
                    last: window.last)
            }
        }
    }
}
