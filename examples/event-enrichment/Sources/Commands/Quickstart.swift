import MillraceEngine
import MillraceKafka
import MillraceServer
import MillraceTelemetry

/// What a newcomer is shown: a few users by eye, many at a steady rate for the latency, more in a burst for the rate.
struct Quickstart {
    /// It did not come to what it should show.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let node: Node
    let settings: KafkaClusterSettings
    let console: Console
    let signals: TerminationSignals
    /// How many users do something at once, to see the rate.
    let burstUsers: Int
    /// Whether it goes on until a signal comes, so that there is something to look at with other tools.
    let stays: Bool

    private static let steadyUsers = 1000
    private static let burstFeatures = 5
    private static let boxMilliseconds = 100.0

    /// The program, as it was typed.
    private var program: String { CommandLine.arguments.first ?? "event-enrichment" }

    private var servers: String { settings.properties.first { $0.0 == "bootstrap.servers" }?.1 ?? "" }

    /// Returns when a signal came, or all was shown.
    func run() throws -> ExitCode {
        let console = console
        let watcher = EnrichedWatcher(settings) { console.print($0 + "\n") }
        watcher.start()
        defer { watcher.stop() }
        console.print(
            """

            An embedded Kafka broker listens on \(servers), in memory: librdkafka's own mock of one.
            The enricher consumes 'user-events' and 'feature-events', and emits to 'enriched' what a user did in the
            100 ms after a user event.

            """)
        do {
            try showUsers(watcher)
            try showLatency(watcher)
            try showRate(watcher)
        } catch is Interrupted {
            return .success
        }
        console.print(whereToGo)
        if stays { return goOn(watcher) }
        return .success
    }

    // MARK: The parts

    private func showUsers(_ watcher: EnrichedWatcher) throws {
        watcher.beginPart(showing: true)
        console.print("\nThree users use some features. That waits for user events:\n")
        try produce(
            (0..<9).map { SampleEvents.featureRecord(user: $0 / 3, feature: $0 % 3) }, SampleEvents.featureTopic)
        try wait(for: "the feature events to be processed") { node.statistics.records >= 9 }
        let waiting = watcher.outcome.count
        console.print("  9 feature events processed, \(waiting) enriched records\nNow the user events come:\n")
        try produce(users(0..<3, watcher), SampleEvents.userTopic)
        try wait(for: "three enriched records") { watcher.outcome.count >= 3 }
    }

    private func showLatency(_ watcher: EnrichedWatcher) throws {
        watcher.beginPart(showing: false)
        let (first, count) = (1000, Self.steadyUsers)
        let before = watcher.outcome.count
        console.print("\n\(count) user events at a steady rate of 500 a second:\n")
        try produce(PacedRecords(users(first..<first + count, watcher), perSecond: 500), SampleEvents.userTopic)
        try wait(for: "\(count) enriched records") { watcher.outcome.count >= before + count }
        let outcome = watcher.outcome
        func beyond(_ percent: Int) -> String {
            milliseconds((outcome.latency(percent: percent) ?? 0) - Self.boxMilliseconds)
        }
        console.print(
            """
              from producing a user event to reading its enriched record, beyond the 100 ms of the box:
              p50 \(beyond(50)), p99 \(beyond(99))
              That holds a group fsync before the record leaves, 3 ms of batching at each of two producers, and up to 5 ms at
              each of two consumers, as this broker answers only when a fetch's time is over.

            """)
    }

    private func showRate(_ watcher: EnrichedWatcher) throws {
        let users = 100_000..<100_000 + burstUsers
        let features = burstUsers * Self.burstFeatures
        let (before, emitted) = (node.statistics.records, watcher.outcome.count)
        console.print(
            "\n\(features) feature events of \(users.count) users, then their user events, as fast as can be:\n")
        let start = MonotonicClock.milliseconds
        try produce(
            users.lazy.flatMap { user in
                (0..<Self.burstFeatures).lazy.map { SampleEvents.featureRecord(user: user, feature: $0) }
            }, SampleEvents.featureTopic)
        // Topics are not read in step: what a box is to hold must be there before the box ends.
        try wait(for: "\(features) feature events to be processed") {
            node.statistics.records >= before + UInt64(features)
        }
        try produce(users.lazy.map { SampleEvents.record(SampleEvents.user($0)) }, SampleEvents.userTopic)
        let count = features + users.count
        try wait(for: "\(count) events to be processed") { node.statistics.records >= before + UInt64(count) }
        let seconds = (MonotonicClock.milliseconds - start) / 1000
        try wait(for: "\(users.count) enriched records") { watcher.outcome.count >= emitted + users.count }
        console.print(
            """
              \(Int(Double(count) / seconds)) events a second: produced, consumed, decoded from JSON, their effects on the disk.
              Broker and producer run in the same process; 'make bench' measures the engine alone.

            """)
    }

    private var whereToGo: String {
        let metrics = node.metricsAddress.map { "\n  curl -s http://\($0)/metrics | grep ^millrace_" } ?? ""
        let look =
            stays
            ? """

            Look at the topics from another terminal (Debian: apt-get install kcat):
              kcat -b \(servers) -X fetch.wait.max.ms=10 -t enriched -C -o -5 -e -f '%k  %s  [%h]\\n'
              kcat -b \(servers) -L\(metrics)

            """
            : """

            On a terminal the broker goes on until Ctrl-C, so that you can look at the topics with kcat; so it does with --stay.

            """
        return look + """

            Where to go next
              examples/event-enrichment/Sources/EventEnricher.swift   the handlers
              examples/event-enrichment/millrace.yaml                 what is consumed, and how
              docs/getting-started.md                                 an application of your own
              docs/configuration.md, docs/operations.md               every option; logs, metrics, what to do when
            On a Kafka of yours:
              export KAFKA_BOOTSTRAP=host:9092
              \(program) --config examples/event-enrichment/millrace.yaml    runs it
              \(program) produce --users 100    elsewhere: makes the topics that are missing, and writes events


            """
    }

    /// Some user does something now and then, until a signal comes.
    private func goOn(_ watcher: EnrichedWatcher) -> ExitCode {
        console.print("Every two seconds somebody does something. Ctrl-C ends it.\n")
        watcher.beginPart(showing: true)
        var number = 0
        while signals.wait(milliseconds: 2000) == nil {
            do {
                let user = number % 5
                try produce(
                    (0..<3).map { SampleEvents.featureRecord(user: user, feature: $0 + number) },
                    SampleEvents.featureTopic)
                try produce(users(user..<user + 1, watcher), SampleEvents.userTopic)
            } catch {
                console.complain("\(error)\n")
                return .failure
            }
            number += 1
        }
        console.print("\n")
        return .success
    }

    // MARK: Producing and waiting

    private struct Interrupted: Error {}

    private func produce(_ records: some Sequence<KafkaProbe.Record>, _ topic: String) throws {
        try KafkaProbe(settings).produce(records, to: topic)
    }

    /// The records of user events, each announced to the watcher when it is taken.
    private func users(_ numbers: Range<Int>, _ watcher: EnrichedWatcher) -> some Sequence<KafkaProbe.Record> {
        numbers.lazy.map { number in
            let user = SampleEvents.user(number)
            watcher.willSend(user)
            return SampleEvents.record(user)
        }
    }

    /// Waits until something holds. A signal ends everything, and so does half a minute without it.
    private func wait(for what: String, until holds: () -> Bool) throws {
        let deadline = MonotonicClock.milliseconds + 30_000
        while !holds() {
            if signals.wait(milliseconds: 5) != nil { throw Interrupted() }
            if let failure = node.failure { throw Failure(description: "the storage failed: \(failure)") }
            guard MonotonicClock.milliseconds < deadline else {
                throw Failure(
                    description: "waited for half a minute for \(what), in vain; --verbose shows the engine's log")
            }
        }
    }

    private func milliseconds(_ value: Double) -> String { "\(rounded(max(0, value))) ms" }

    private func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
