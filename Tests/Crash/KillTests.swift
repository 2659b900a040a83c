import Foundation
import TestKit
import Testing

/// Kills a process with `kill -9` at random moments, starts it again, and in the end finds everything exactly once.
///
/// `MILLRACE_CRASH_ROUNDS` says how often, `MILLRACE_CRASH_SEED` repeats the decisions of a run.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct KillTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["MILLRACE_CRASH_ROUNDS"].flatMap { Int($0) } ?? 20
    private static let seed =
        environment["MILLRACE_CRASH_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
    private static let shardCount = 8

    /// When a round's process is killed.
    private enum Moment {
        /// So many milliseconds after it was started: while it opens its directory, recovers, connects.
        case starting(Int)
        /// So many milliseconds after it has begun to work.
        case working(Int)
        /// While it stops: it gets a SIGTERM, and then so many milliseconds.
        case stopping(after: Int, within: Int)
        /// Not at all: it stops by itself after a SIGTERM.
        case never(after: Int)
    }

    private static func moment(_ random: inout CrashRandom) -> Moment {
        if let only = environment["MILLRACE_CRASH_ONLY"] { return only == "never" ? .never(after: 300) : .working(300) }
        return switch random.within(0...99) {
        case 0..<20: .starting(random.within(0...250))
        case 20..<75: .working(random.within(0...900))
        case 75..<95: .stopping(after: random.within(50...600), within: random.within(0...80))
        default: .never(after: random.within(50...500))
        }
    }

    @Test func topicsAreAppliedOnce() throws {
        let directory = try TemporaryDirectory()
        var random = CrashRandom(seed: Self.seed)
        let broker = try CrashBroker()
        defer { broker.close() }
        let configuration = try directory.write("millrace.yaml", Self.topics(broker, directory))
        let feed = CrashFeed(CrashLoad(seed: Self.seed, keys: 300), broker)
        print("crash test: seed \(Self.seed), \(Self.rounds) rounds, broker \(CrashBroker.realAddress ?? "embedded")")
        do {
            for round in 1...Self.rounds {
                feed.start()
                defer { feed.stop() }
                try kill(
                    ["run", "--config", configuration], environment: ["CRASH_OUTPUT": broker.name("output")],
                    at: Self.moment(&random), "\(round)/\(Self.rounds)", directory)
            }
            let expectation = try feed.expectation()
            let drain = try ChildProcess(
                "millrace-crash-child",
                ["drain", "--config", configuration, "--records", "\(expectation.count)", "--seconds", "120"],
                environment: ["CRASH_OUTPUT": broker.name("output")], log: directory.log)
            try #require(drain.end() == .exited(0), "the last run does not get done: see \(directory.log)")
            var audit = CrashAudit(expectation)
            try audit.checkState(directory: directory.data, shardCount: Self.shardCount)
            audit.checkOutput(try broker.output())
            report(audit, directory)
        } catch {
            keep(directory)
            throw error
        }
    }

    @Test func filesAreAppliedOnce() throws {
        let directory = try TemporaryDirectory()
        var random = CrashRandom(seed: Self.seed &+ 1)
        var load = CrashLoad(seed: Self.seed &+ 1, keys: 300)
        try directory.write("lines", "")
        let configuration = try directory.write("millrace.yaml", Self.files(directory))
        print("crash test of a file: seed \(Self.seed), \(Self.rounds / 2) rounds")
        do {
            for round in 1...max(1, Self.rounds / 2) {
                let lines = (0..<3_000).map { _ in load.next(topic: "relay", hasOutput: false).value + "\n" }
                // The last line is not complete when the process reads it.
                let text = lines.joined()
                try directory.append("lines", String(text.dropLast(7)))
                try kill(
                    ["run", "--config", configuration], at: Self.moment(&random), "\(round)/\(Self.rounds / 2)",
                    directory)
                try directory.append("lines", String(text.suffix(7)))
            }
            let last = try ChildProcess(
                "millrace-crash-child", ["run", "--config", configuration, "--until-done"], log: directory.log)
            try #require(last.end() == .exited(0), "the last run does not get done: see \(directory.log)")
            var audit = CrashAudit(load.expectation)
            try audit.checkState(directory: directory.data, shardCount: Self.shardCount)
            report(audit, directory)
        } catch {
            keep(directory)
            throw error
        }
    }

    /// Schedules of every second, whose ticks must all be there once: catching up with all of them leaves no excuse.
    @Test func ticksCountOnce() throws {
        let directory = try TemporaryDirectory()
        var random = CrashRandom(seed: Self.seed &+ 2)
        let names = (1...6).map { "clock-\($0)" }
        var text = Self.common(directory) + "schedules:\n"
        for name in names {
            text += "  \(name): { every: 1s, sink: service://Clockwork/tick, key: \(name), catchUp: all }\n"
        }
        let configuration = try directory.write("millrace.yaml", text)
        print("crash test of schedules: seed \(Self.seed), \(Self.rounds / 2) rounds")
        do {
            let moments = (1...max(1, Self.rounds / 2)).map { _ in Self.moment(&random) } + [.never(after: 2_500)]
            for (round, moment) in moments.enumerated() {
                try kill(
                    ["run", "--config", configuration], begunWith: "the next tick is at", at: moment,
                    "\(round + 1)/\(moments.count)", directory)
            }
            var audit = CrashAudit(CrashLoad(seed: Self.seed, keys: 1).expectation)
            try audit.checkTicks(of: names, directory: directory.data, shardCount: Self.shardCount)
            report(audit, directory)
        } catch {
            keep(directory)
            throw error
        }
    }

    // MARK: A round

    /// - Parameter words: what the process writes once it works.
    private func kill(
        _ arguments: [String], environment: [String: String] = [:], begunWith words: String = "running from",
        at moment: Moment, _ round: String, _ directory: TemporaryDirectory
    ) throws {
        let child = try ChildProcess("millrace-crash-child", arguments, environment: environment, log: directory.log)
        func wait(_ milliseconds: Int) throws {
            if let end = child.end(within: milliseconds) {
                throw Unexpected(description: "the process ended by itself: \(end); see \(directory.log)")
            }
        }
        let what: String
        switch moment {
        case .starting(let milliseconds):
            what = "killed \(milliseconds) ms after its start"
            try wait(milliseconds)
        case .working(let milliseconds):
            what = "killed \(milliseconds) ms after it had begun to work"
            try begin(child, words, directory)
            try wait(milliseconds)
        case .stopping(let after, let within):
            what = "told to stop after \(after) ms, killed \(within) ms later"
            try begin(child, words, directory)
            try wait(after)
            child.signal(SIGTERM)
            _ = child.end(within: within)
        case .never(let after):
            what = "told to stop after \(after) ms"
            try begin(child, words, directory)
            try wait(after)
            child.signal(SIGTERM)
            guard child.end(within: 60_000) == .exited(0) else {
                child.signal(SIGKILL)
                throw Unexpected(description: "it did not stop well: \(child.end()); see \(directory.log)")
            }
        }
        child.signal(SIGKILL)
        let end = child.end()
        print("crash round \(round): \(what)")
        if case .exited(let code) = end, code != 0 {
            throw Unexpected(description: "the process ended with \(code); see \(directory.log)")
        }
        if case .killed(let signal) = end, signal != SIGKILL {
            throw Unexpected(description: "the process died of signal \(signal); see \(directory.log)")
        }
    }

    private func begin(_ child: ChildProcess, _ words: String, _ directory: TemporaryDirectory) throws {
        guard child.hasWritten(words) else {
            throw Unexpected(description: "the process did not start: \(child.end()); see \(directory.log)")
        }
    }

    private struct Unexpected: Error, CustomStringConvertible { let description: String }

    private func report(_ audit: CrashAudit, _ directory: TemporaryDirectory) {
        let sent = audit.expectation.sent.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
        print(
            "crash test: \(audit.expectation.count) records, \(sent) sends, "
                + "\(audit.expectation.unordered.values.reduce(0) { $0 + $1.count }) timers, calls and workflows "
                + "(\(audit.expectation.durable) records that wait in all durable ways) and "
                + "\(audit.expectation.emitted.values.reduce(0) { $0 + $1.count }) emitted records audited: "
                + "\(audit.faults.count) faults")
        guard !audit.faults.isEmpty else { return }
        for fault in audit.faults.prefix(20) { Issue.record("\(fault)") }
        keep(directory)
    }

    private func keep(_ directory: TemporaryDirectory) {
        directory.keep()
        print(
            "crash test: again with MILLRACE_CRASH_SEED=\(Self.seed) make crash ROUNDS=\(Self.rounds); what is left is in "
                + directory.path)
    }

    // MARK: Configurations

    private static func common(_ directory: TemporaryDirectory) -> String {
        """
        storage: { directory: "\(directory.data)", shardCount: \(shardCount), memory: 16MiB }
        engine: { threads: 2, shutdownTimeout: 5s }
        metrics: { port: 0 }
        defaults:
          # Attempts are counted across restarts, and every process fails some.
          onError: { retry: { initial: 20ms, max: 200ms, attempts: unlimited }, then: skip }

        """
    }

    private static func topics(_ broker: CrashBroker, _ directory: TemporaryDirectory) -> String {
        var text = common(directory) + "kafka:\n  clusters:\n    main:\n"
        for (name, value) in broker.properties { text += "      \(name): \"\(value)\"\n" }
        text += "subscriptions:\n"
        for topic in CrashLoad.topics.keys.sorted() {
            text += """
                  - name: \(topic)
                    source: kafka://main/\(broker.name(topic))
                    sink: service://\(topic.capitalized)/add
                    key: \(topic == "relay" ? "none" : "record")

                """
        }
        return text
    }

    private static func files(_ directory: TemporaryDirectory) -> String {
        common(directory) + """
            subscriptions:
              - source: "file://\(directory.path)/lines"
                sink: service://Relay/add
                key: none

            """
    }
}
