import MillraceTelemetry
import Synchronization

@testable import MillraceServer

/// Keeps what is written, for tests.
final class CollectedLines: LineOutput {
    private let lines = Mutex("")

    func write(_ lines: String) { self.lines.withLock { $0 += lines } }

    var text: String { lines.withLock { $0 } }
}

/// What a run of an application's command line led to.
struct CommandOutcome {
    var code: ExitCode
    var output: String
    var errors: String
}

extension MillraceApplication {
    /// Does what the arguments say, and keeps what is written.
    func outcome(_ arguments: String...) -> CommandOutcome {
        let (output, errors) = (CollectedLines(), CollectedLines())
        let code = run(arguments: arguments, console: Console(output: output, errors: errors))
        return CommandOutcome(code: code, output: output.text, errors: errors.text)
    }
}
