import Glibc
package import MillraceEngine
import Synchronization

/// Reads the lines of a file, or of standard input, for one subscription, on one thread.
///
/// The offset of a record is the position of its line's first byte. A file is read exactly once as long as it is only
/// appended to: where to go on is stored with what the records did.
package final class LineSource: RecordSource {
    /// What is read.
    package enum Input: Sendable, Equatable {
        case file(path: String)
        case standardInput
    }

    /// How often the source looks after things.
    package struct Cadence: Sendable {
        /// How often a file is looked at that has been read to its end.
        package var pollMilliseconds = 100
        /// How often a file is tried that cannot be opened or read.
        package var retryMilliseconds = 1000
        /// How often progress is told.
        package var reportMilliseconds = 1000
        /// After how long the source says that it pauses when its intake takes nothing.
        package var pauseAfterMilliseconds = 1000

        package init() {}
    }

    /// How lines are read.
    package struct Options: Sendable {
        /// The most bytes a line may have; a longer one is a record that fails.
        package var maxLineBytes = 16 << 20
        /// Whether a file is finished at its end, where otherwise it would be followed. Its last line then needs no line
        /// feed, and a file that is not there is an error.
        package var endsAtEndOfFile = false
        package var cadence = Cadence()
        /// How much is read at once.
        var readBytes = 128 << 10

        package init() {}
    }

    private let input: Input
    private let intake: Intake
    private let options: Options
    private let log: @Sendable (String) -> Void
    private let isStopping = Atomic<Bool>(false)
    private let wakeUp = Signal()
    private let thread = Mutex<OSThread?>(nil)

    /// A source that is not yet started.
    package init(
        _ input: Input, intake: Intake, options: Options = Options(), log: @escaping @Sendable (String) -> Void
    ) {
        precondition(
            options.maxLineBytes > 0 && options.maxLineBytes < Int(Int32.max), "\(options.maxLineBytes) bytes a line")
        self.input = input
        self.intake = intake
        self.options = options
        self.log = log
    }

    /// Starts reading. That a file cannot be read shows later, in the source's status.
    package func start() throws {
        let started = OSThread(name: "lines-\(intake.subscription.name)") { self.run() }
        guard started.isStarted else { throw NoThread() }
        thread.withLock { $0 = started }
    }

    package func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.raise()
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    private func run() {
        let follower: any LineFollower =
            switch input {
            case .file(let path): FileFollower(path: path, intake: intake, options: options, log: log)
            case .standardInput:
                StandardInputFollower(descriptor: STDIN_FILENO, intake: intake, options: options, log: log)
            }
        while !isStopping.load(ordering: .acquiring) {
            switch follower.step(now: Self.now()) {
            case .none: continue
            case .milliseconds(let milliseconds): wakeUp.wait(timeoutMilliseconds: milliseconds)
            case .untilReady: _ = intake.waitUntilReady(timeoutMilliseconds: 20)
            case .end: return
            }
        }
        follower.finish()
    }

    private static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// The machine has no thread left for a source.
struct NoThread: Error, CustomStringConvertible {
    var description: String { "there is no thread left for a source of lines; allow this user more (ulimit -u)" }
}
