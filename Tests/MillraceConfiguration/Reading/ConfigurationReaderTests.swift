import MillraceConfiguration
import Testing

@Suite struct ConfigurationReaderTests {
    @Test func readsTheExampleOfTheReadme() throws {
        let read = try configuration(
            """
            kafka:
              clusters:
                main: { bootstrap.servers: "localhost:9092" }
            subscriptions:
              - source: kafka://main/user-events
                sink: service://EventEnricher/userEvent
              - source: kafka://main/feature-events
                sink: service://EventEnricher/featureEvent
                key: $.user.id            # default: the record's key; also header:NAME, or none
                start: latest
                onError: { retry: { initial: 1s, factor: 1.5, max: 2m, attempts: 5 }, then: skip }
            """)
        #expect(read.kafka.clusters.map(\.name) == ["main"])
        #expect(read.kafka.clusters[0].settings == [KafkaSetting(name: "bootstrap.servers", value: "localhost:9092")])
        #expect(read.kafka.clusters[0].groupID == "millrace")
        try #require(read.subscriptions.count == 2)
        #expect(
            read.subscriptions[0]
                == Subscription(
                    name: "main/user-events -> EventEnricher/userEvent",
                    source: .kafka(cluster: "main", topic: "user-events"),
                    sink: SubscriptionSink(service: "EventEnricher", handler: "userEvent")))
        #expect(read.subscriptions[0].start == .earliest)
        let second = read.subscriptions[1]
        #expect(second.key == .json(JSONPath([.member("user"), .member("id")])))
        #expect(second.start == .latest)
        #expect(second.onError.then == .skip)
        #expect(second.onError.retry.initial == .seconds(1))
        #expect(second.onError.retry.factor == 1.5)
        #expect(second.onError.retry.max == .seconds(120))
        #expect(second.onError.retry.attempts == .attempts(5))
    }

    @Test func readsEachOption() throws {
        let read = try configuration(
            """
            # Subscriptions first: what they inherit is read all the same.
            subscriptions:
              - name: numbers
                source: file:numbers.jsonl
                sink: service://Sum/add
                key: $['id']
                start: offset:17
                onError: { then: stop }
                onOffsetOutOfRange: latest
                maxQueuedRecords: 5
                paused: true
              - source: stdin
                sink: service://Sum/add
                key: none
            defaults:
              onError: { retry: { attempts: unlimited }, then: skip }
            engine: { threads: 2, maxQueuedRecords: 10, maxRecordSize: 1MB, deadlockAfter: 5s, failsDeadlocks: false, shutdownTimeout: 1m30s }
            storage:
              directory: /var/lib/millrace
              shardCount: 4096
              memory: 2GiB
              durability: interval:250ms
              rocksdb: { max_background_jobs: 4, allow_mmap_reads: true }
            metrics: { port: 0, address: "::1" }
            log: { level: debug, format: json }
            """)
        #expect(read.defaults.onError.retry.attempts == .unlimited)
        #expect(read.engine.threads == 2)
        #expect(read.engine.maxQueuedRecords == 10)
        #expect(read.engine.maxRecordBytes == 1_000_000)
        #expect(read.engine.deadlockAfter == .seconds(5))
        #expect(!read.engine.failsDeadlocks)
        #expect(read.engine.shutdownTimeout == .seconds(90))
        #expect(read.storage.directory == "/var/lib/millrace")
        #expect(read.storage.shardCount == 4096)
        #expect(read.storage.memoryBytes == 2 << 30)
        #expect(read.storage.durability == .interval(.milliseconds(250)))
        #expect(read.storage.rocksdb == ["max_background_jobs": "4", "allow_mmap_reads": "true"])
        #expect(read.metrics.port == 0)
        #expect(read.metrics.address == "::1")
        #expect(read.log.level == .debug)
        #expect(read.log.format == .json)

        var numbers = Subscription(
            name: "numbers", source: .file(path: "numbers.jsonl"),
            sink: SubscriptionSink(service: "Sum", handler: "add"), key: .json(try JSONPath(parsing: "$.id")),
            start: .offset(17),
            onOffsetOutOfRange: .latest, maxQueuedRecords: 5, paused: true)
        numbers.onError.then = .stop
        numbers.onError.retry.attempts = .unlimited
        #expect(read.subscriptions[0] == numbers)
        #expect(read.subscriptions[1].name == "stdin -> Sum/add")
        #expect(read.subscriptions[1].key == .unkeyed)
        #expect(read.subscriptions[1].maxQueuedRecords == 10)
        #expect(read.subscriptions[1].onError.then == .skip)
    }

    @Test func hasDefaultsForEverything() throws {
        let read = try configuration("{}")
        #expect(read == Configuration())
        #expect(read.storage.directory == "./millrace-data")
        #expect(read.storage.shardCount == 24)
        #expect(read.storage.memoryBytes == 512 << 20)
        #expect(read.storage.durability == .fsync)
        #expect(read.metrics.port == 9464)
        #expect(read.defaults.onError.retry.initial == .milliseconds(500))
        #expect(read.defaults.onError.retry.max == .seconds(60))
        #expect(read.defaults.onError.retry.attempts == .attempts(20))
        #expect(read.defaults.onError.then == .park)
        #expect(read.engine.maxQueuedRecords == 1_000_000)
    }

    @Test func reportsAllProblemsAtOnceInTheFilesOrder() {
        let found = problems(
            """
            kafka:
              clusters:
                main: { bootstrap.servers: "localhost:9092" }
            subscription: []
            storage:
              shardCount: 5000
              memory: 64 MB
            subscriptions:
              - source: kafka://mian/user-events
                sink: service://EventEnricher/userEvnt
                onErorr: { then: skip }
              - sink: [a]
                key: $.user..id
                onError: { retry: { initial: 5 minutes, max: 10 }, then: drop }
            metrics: 9464
            """, services: [ServiceSummary(name: "EventEnricher", kind: .keyed, handlers: ["userEvent", "emit"])])
        #expect(
            found == [
                "m.yaml:4:1: unknown key 'subscription'; did you mean 'subscriptions'?",
                "m.yaml:6:15: storage.shardCount: expected an integer from 1 to 4096, but found '5000'",
                "m.yaml:7:11: storage.memory: expected a size such as 64MiB, 1GB or 1048576 (bytes), at least 16MiB, "
                    + "but found '64 MB'",
                "m.yaml:9:13: subscriptions[0].source: there is no Kafka cluster of the name in "
                    + "'kafka://mian/user-events'; did you mean 'main'?",
                "m.yaml:10:11: subscriptions[0].sink: service 'EventEnricher' has no handler of the name in "
                    + "'service://EventEnricher/userEvnt'; did you mean 'userEvent'?",
                "m.yaml:11:5: subscriptions[0]: unknown key 'onErorr'; did you mean 'onError'?",
                "m.yaml:12:5: subscriptions[1]: 'source' is missing; expected a source: kafka://CLUSTER/TOPIC, "
                    + "file:///PATH, file:RELATIVE-PATH or stdin",
                "m.yaml:12:11: subscriptions[1].sink: expected a sink: service://SERVICE/HANDLER, but found a list",
                "m.yaml:13:17: subscriptions[1].key: expected a key: record, header:NAME, none, or a JSON path such as "
                    + "$.user.id, but found '$.user..id': at character 8, '..' finds any number of values, and a key "
                    + "is one; name each step",
                "m.yaml:14:34: subscriptions[1].onError.retry.initial: expected a duration such as 500ms, 60s, 5m, 2h, "
                    + "1d or 1m30s, at least 1ms, but found '5 minutes'",
                "m.yaml:14:50: subscriptions[1].onError.retry.max: expected a duration such as 500ms, 60s, 5m, 2h, 1d "
                    + "or 1m30s, at least 1ms, but found '10': the unit is missing, as in 10ms or 10s",
                "m.yaml:14:62: subscriptions[1].onError.then: expected park, skip or stop, but found 'drop'",
                "m.yaml:15:10: metrics: expected a mapping with 'port' or 'address', but found '9464'",
            ])
    }

    @Test func refusesWrongShapes() {
        #expect(
            problems("storage:\nlog: [1]\nsubscriptions: { a: b }\n") == [
                "m.yaml:1:9: storage: expected a mapping with 'directory', 'shardCount', 'memory' …, but found nothing",
                "m.yaml:2:6: log: expected a mapping with 'level' or 'format', but found a list",
                "m.yaml:3:16: subscriptions: expected a list of subscriptions, each with 'source' and 'sink', but found "
                    + "a mapping",
            ])
        #expect(
            problems("hello") == [
                "m.yaml:1:1: expected a mapping with 'kafka', 'defaults', 'engine' …, but found 'hello'"
            ])
        #expect(
            problems("# nothing\n") == [
                "m.yaml:1:1: the file is empty; a configuration begins with 'subscriptions:' or 'kafka:'"
            ])
        #expect(
            problems("metrics: { port: null, address: ~ }") == [
                "m.yaml:1:18: metrics.port: expected an integer from 0 to 65535, but found nothing",
                "m.yaml:1:33: metrics.address: expected an IP address such as 127.0.0.1, 0.0.0.0 or ::1, but found nothing",
            ])
    }

    @Test func takesAMaximumThatIsNotShorterThanTheInitialWait() {
        #expect(
            problems("defaults: { onError: { retry: { initial: 2m } } }") == [
                "m.yaml:1:31: defaults.onError.retry: the longest wait, 'max', is shorter than the first, 'initial'"
            ])
        #expect(problems("defaults: { onError: { retry: { initial: 2m, max: 2m } } }").isEmpty)
    }

    @Test func readsAFile() throws {
        let path = "\(#filePath).no-such-file"
        let missing = ConfigurationReader.read(path: path)
        #expect(
            throws: InvalidConfiguration.self, performing: { try missing.get() })
        if case .failure(let invalid) = missing {
            #expect(
                invalid.description
                    == "\(path): the file cannot be read: No such file or directory; name another one with --config")
        }
        if case .failure(let invalid) = ConfigurationReader.read(path: "/") {
            #expect(invalid.description == "/: the file cannot be read: Is a directory")
        } else {
            Issue.record("read a directory")
        }
        // Not a configuration, but a file that is there.
        if case .failure(let invalid) = ConfigurationReader.read(path: #filePath) {
            #expect(invalid.problems.first?.position != nil)
        } else {
            Issue.record("read a source file")
        }
    }

    @Test func keepsTheProblemsToALimit() {
        let text = (0..<250).map { "key\($0): 1\n" }.joined()
        guard case .failure(let invalid) = ConfigurationReader.read(text: text, file: "m.yaml") else {
            Issue.record("took unknown keys")
            return
        }
        #expect(invalid.problems.count == InvalidConfiguration.limit)
        #expect(invalid.omitted == 150)
        #expect(invalid.description.hasSuffix("\nand 150 more"))
    }

    @Test func placesAProblemThatOthersFind() throws {
        let read = try configuration("storage:\n  rocksdb: { max_backgrund_jobs: 4 }\n")
        #expect(
            read.problem(at: "storage.rocksdb.max_backgrund_jobs", "no such option").description
                == "m.yaml:2:34: storage.rocksdb.max_backgrund_jobs: no such option")
        #expect(read.problem(at: "storage.directory", "full").position == SourcePosition(line: 2, column: 3))
        #expect(read.problem(at: "log.level", "odd").position == SourcePosition(line: 1, column: 1))
        #expect(Configuration().problem(at: "log.level", "odd").position == nil)
    }
}
