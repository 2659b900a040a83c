import Glibc
import MillraceEngine
import MillraceTelemetry

/// Watches over a running node from the main thread, shows how it gets on, and ends it.
package struct Supervisor {
    let node: Node
    let logger: Logger
    let signals: TerminationSignals
    let console: Console
    let untilDone: Bool

    /// How often a line of the log tells about ordinary work.
    private static let reportMilliseconds: Int64 = 60_000

    /// Returns when the node has stopped.
    package func run() -> ExitCode {
        var progress = Progress()
        var reported = (at: now, records: node.statistics.records)
        var doneFor = 0
        while true {
            let signal = signals.wait(milliseconds: 250)
            node.tick()
            if let signal {
                console.terminal?.show(status: "")
                logger.info("\(TerminationSignals.name(signal)): finishing what is begun; once more ends at once")
                return stop(.success)
            }
            if let failure = node.failure {
                console.terminal?.show(status: "")
                logger.critical("stopping because the storage failed: \(failure)")
                return stop(.failure)
            }
            let statistics = node.statistics
            let change = progress.observe(statistics, now: now)
            console.terminal?.show(status: progress.line)
            if case .caughtUp(let records, let milliseconds) = change {
                logger.info(
                    "caught up",
                    metadata: ["records": .integer(Int(records)), "seconds": .integer(Int(milliseconds / 1000))])
            }
            if now - reported.at >= Self.reportMilliseconds {
                report(statistics, progress, since: reported)
                reported = (now, statistics.records)
            }
            if untilDone, let code = end(after: &doneFor) { return stop(code) }
        }
    }

    /// How a run ends that has come to its end, or `nil` as long as it has not.
    private func end(after rounds: inout Int) -> ExitCode? {
        let outcome = node.outcome
        if case .working = outcome {
            rounds = 0
            return nil
        }
        // Looked at twice, as its parts are not looked at in one moment.
        rounds += 1
        guard rounds > 1 else { return nil }
        console.terminal?.show(status: "")
        let statistics = node.statistics
        if case .stopped(let reason) = outcome {
            logger.critical("stopping before all files were read: \(reason)")
            return .failure
        }
        if statistics.parkedKeys > 0 {
            logger.warning(
                "done, but for \(statistics.parkedKeys) parked keys: what was read for them waits in the data directory"
            )
        }
        logger.info("done", metadata: ["records": .integer(Int(statistics.records))])
        return .success
    }

    private func stop(_ code: ExitCode) -> ExitCode {
        let console = console
        signals.exitAtNext { signal in
            console.complain(
                "\(TerminationSignals.name(signal)) again: ended at once; nothing that was committed is lost\n")
        }
        node.stop()
        let left = node.statistics.undeliveredBytes
        if left > 0 {
            logger.warning(
                "\(left) bytes of emitted records were not acknowledged; they are sent again by the next run")
        }
        logger.info("stopped", metadata: ["exit_code": .integer(Int(code.rawValue))])
        return code
    }

    private func report(
        _ statistics: EngineStatistics, _ progress: Progress, since last: (at: Int64, records: UInt64)
    ) {
        guard statistics.records > last.records || progress.lag > 0 else { return }
        logger.info(
            "at work",
            metadata: [
                "records_per_second": .integer(
                    Int(Int64(statistics.records - last.records) * 1000 / max(1, now - last.at))),
                "lag": .integer(Int(progress.lag)), "queued": .integer(statistics.queuedInvocations),
                "parked_keys": .integer(statistics.parkedKeys), "failures": .integer(Int(statistics.failures)),
            ])
    }

    private var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
