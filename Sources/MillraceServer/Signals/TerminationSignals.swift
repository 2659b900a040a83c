import Glibc
import MillraceEngine

/// SIGTERM and SIGINT, taken by the thread that waits for them instead of interrupting any.
///
/// To be made before any other thread is started: new threads inherit that the signals are blocked.
@safe package struct TerminationSignals: Sendable {
    private let set: sigset_t

    package init() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        self.set = set
        // A reader that goes away shows as an error of the write.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for a signal, and returns its number, or `nil` when the time is over.
    package func wait(milliseconds: Int) -> Int32? {
        var set = set
        var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        let number = unsafe sigtimedwait(&set, nil, &time)
        return number > 0 ? number : nil
    }

    /// From now on the next signal ends the process at once: somebody does not want to wait.
    package func exitAtNext(_ lastWords: @escaping @Sendable (Int32) -> Void) {
        let signals = self
        _ = OSThread(name: "millrace-signal") {
            while true {
                guard let number = signals.wait(milliseconds: 3_600_000) else { continue }
                lastWords(number)
                _exit(128 + number)
            }
        }
    }

    /// The name that people know.
    package static func name(_ number: Int32) -> String {
        switch number {
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        default: "signal \(number)"
        }
    }
}
