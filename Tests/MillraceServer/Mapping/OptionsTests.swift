import Millrace
import MillraceConfiguration
import MillraceEngine
import MillraceSchedule
import Testing

@testable import MillraceServer

/// That what the file says reaches the engine.
@Suite struct OptionsTests {
    @Test func anEngineIsAsTheConfigurationWantsIt() throws {
        let options = EngineOptions(
            try read(
                """
                storage: { shardCount: 7, memory: 1GiB, durability: "interval:250ms" }
                engine: { threads: 3, maxRecordSize: 64MiB, blockedAfter: 250ms, deadlockAfter: 5s, failsDeadlocks: false }
                """), cores: 2)
        #expect(options.shardCount == 7)
        #expect(options.threads == 3)
        #expect(options.releasesBeforeSync)
        #expect(options.blockedAfterMilliseconds == 250)
        #expect(options.limits.deadlockAfter == .seconds(5))
        #expect(!options.limits.failsDeadlocks)
        #expect(options.syncIntervalMilliseconds == 250)
        #expect(options.limits.maxPayloadBytes == 64 << 20)
        #expect(options.overlayBytes == 256 << 20)
        #expect(options.tableBytes == 576 << 20)
    }

    @Test func whatWaitsInMemoryIsMeasuredByTheMemory() throws {
        let usual = EngineLimits()
        let standard = EngineOptions(try read("log: { level: info }"), cores: 2)
        #expect(standard.limits.loadedInvocations == usual.loadedInvocations)
        #expect(standard.limits.turnRecords == usual.turnRecords)
        let little = EngineOptions(try read("storage: { memory: 64MiB }"), cores: 2)
        #expect((100...150).contains(little.limits.loadedInvocations))
        #expect((2_000...2_500).contains(little.limits.turnRecords))
        let manyShards = EngineOptions(try read("storage: { shardCount: 240 }"), cores: 2)
        #expect((80...100).contains(manyShards.limits.loadedInvocations))
        #expect(manyShards.limits.turnRecords == usual.turnRecords)
        let least = EngineOptions(try read("storage: { memory: 16MiB, shardCount: 240 }"), cores: 2)
        #expect(least.limits.loadedInvocations == 16)
        #expect(least.limits.turnRecords > 1_000)
    }

    @Test func thereAreNoMoreThreadsThanShardsAndOneACoreElse() throws {
        #expect(EngineOptions(try read("storage: { shardCount: 2 }\nengine: { threads: 8 }"), cores: 4).threads == 2)
        #expect(EngineOptions(try read("storage: { shardCount: 24 }"), cores: 4).threads == 4)
        #expect(EngineOptions(try read("storage: { shardCount: 24 }"), cores: 0).threads == 1)
    }

    @Test func byDefaultNothingLeavesBeforeItIsSynced() throws {
        #expect(!EngineOptions(try read("log: { level: info }"), cores: 2).releasesBeforeSync)
    }

    @Test(arguments: [16 << 20, 512 << 20, 2 << 30, 64 << 30])
    func memoryIsSharedOutCompletely(bytes: Int) {
        let split = MemorySplit(bytes)
        #expect(split.tableBytes + split.tableBytes / 8 + split.rocksBytes == bytes)
        #expect(split.overlayBytes < split.tableBytes)
        #expect(split.rocksBytes > 0)
    }

    @Test func whatHandlersSentIsNeverDropped() throws {
        let policy = EngineOptions(
            try read("defaults: { onError: { retry: { attempts: 2 }, then: skip } }"), cores: 2
        ).defaultPolicy
        #expect(policy.then == .park)
        #expect(policy.attempts == 70)
    }

    @Test func aSubscriptionIsAsTheFileSaysIt() throws {
        let subscription = try #require(
            try read(
                """
                kafka: { clusters: { main: { bootstrap.servers: x } } }
                subscriptions:
                  - name: orders
                    source: kafka://main/orders
                    sink: service://Order/placed
                    key: $.items[2]['order id']
                    start: offset:17
                    onOffsetOutOfRange: latest
                    maxQueuedRecords: 99
                    onError: { retry: { initial: 1s, factor: 1.5, max: 5m, attempts: unlimited }, then: stop }
                """
            ).subscriptions.first)
        let definition = SubscriptionDefinition(subscription)
        #expect(definition.name == "orders")
        #expect(definition.service == "Order")
        #expect(definition.handler == "placed")
        #expect(definition.key == .json([.member("items"), .element(2), .member("order id")]))
        #expect(definition.start == .offset(17))
        #expect(definition.onMissingOffset == .latest)
        #expect(definition.maxQueuedRecords == 99)
        #expect(
            definition.onError
                == MillraceEngine.ErrorPolicy(
                    initialMilliseconds: 1000, factor: 1.5, maxMilliseconds: 300_000, attempts: nil, then: .stop))
    }

    @Test(arguments: [
        ("record", KeySelector.record), ("none", .none), ("header:id", .header("id")), ("$.a", .json([.member("a")])),
    ])
    func keysAreMapped(text: String, selector: KeySelector) throws {
        let read = try read(
            "subscriptions: [{ source: kafka://m/t, sink: service://S/h, key: \"\(text)\" }]\n" + Self.cluster)
        #expect(read.subscriptions.map { KeySelector($0.key) } == [selector])
    }

    @Test(arguments: [
        ("earliest", MillraceEngine.StartPosition.earliest), ("latest", .latest), ("timestamp:1000", .timestamp(1000)),
        ("timestamp:1970-01-01T00:00:02Z", .timestamp(2000)), ("offset:5", .offset(5)),
    ])
    func startsAreMapped(text: String, start: MillraceEngine.StartPosition) throws {
        let read = try read(
            "subscriptions: [{ source: kafka://m/t, sink: service://S/h, start: \"\(text)\" }]\n" + Self.cluster)
        #expect(read.subscriptions.map { MillraceEngine.StartPosition($0.start) } == [start])
    }

    @Test func aScheduleIsAsTheFileSaysIt() throws {
        let definitions = try read(
            """
            schedules:
              a: { cron: "0 3 * * *", timeZone: Europe/Berlin, sink: service://Report/nightly, payload: hello, catchUp: all }
              b: { every: 90s, sink: service://Stock/count, key: "k-{tick}" }
            """
        ).schedules.map { ScheduleDefinition($0) }
        try #require(definitions.count == 2)
        let zone = try #require(ScheduleTimeZone(named: "Europe/Berlin"))
        #expect(definitions[0].name == "a")
        #expect(definitions[0].timing == .cron(try CronExpression(parsing: "0 3 * * *"), zone))
        #expect(definitions[0].service == "Report" && definitions[0].handler == "nightly")
        #expect(definitions[0].key == "" && definitions[0].payload == Array("hello".utf8))
        #expect(definitions[0].catchUp == .all)
        #expect(definitions[1].timing == .every(milliseconds: 90_000))
        #expect(definitions[1].key == "k-{tick}" && definitions[1].payload == [] && definitions[1].catchUp == .last)
    }

    private static let cluster = "kafka: { clusters: { m: { bootstrap.servers: x } } }"
}
