import Testing

@testable import MillraceConfiguration

@Suite struct ScalarTypeTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("60s", .seconds(60)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
        ("1d", .seconds(86_400)), ("1m30s", .seconds(90)), ("1d2h3m4s5ms", .milliseconds(93_784_005)), ("0s", .zero),
        ("90s", .seconds(90)), ("36500d", .seconds(3_153_600_000)),
    ])
    func readsDurations(text: String, duration: Duration) throws {
        let type = ScalarType<Duration>.duration()
        #expect(try type.parse(text) == duration)
        #expect(try type.parse(type.write(duration)) == duration)
    }

    @Test(arguments: [
        "", "5", "0", "ms", "s5", "5 s", "5S", "-5s", "+5s", "1.5s", "5sec", "5min", "1s1s", "30s1m", "5s5", "5ms5s",
        " 5s",
        "9223372036854775807d", "99999999999999999999s", "36501d", "36500d1ms", "٥s", "1m30", "5us", "1e3s",
    ])
    func refusesOtherDurations(text: String) {
        #expect(throws: Mismatch.self) { try ScalarType<Duration>.duration().parse(text) }
    }

    @Test func saysWhatIsWrongWithADuration() {
        let type = ScalarType<Duration>.duration()
        #expect(throws: Mismatch(detail: "the unit is missing, as in 60ms or 60s")) { try type.parse("60") }
        #expect(throws: Mismatch(detail: "there is no unit 'min'; the units are ms, s, m, h and d")) {
            try type.parse("5min")
        }
        #expect(throws: Mismatch(detail: "each unit once, and the larger ones first")) { try type.parse("30s1m") }
    }

    @Test(arguments: [
        ("4096", 4096), ("4096B", 4096), ("64MiB", 64 << 20), ("1GB", 1_000_000_000), ("2kB", 2000), ("2KB", 2000),
        ("3KiB", 3072), ("1GiB", 1 << 30), ("1TiB", 1 << 40), ("1TB", 1_000_000_000_000), ("5MB", 5_000_000),
    ])
    func readsSizes(text: String, bytes: Int) throws {
        let type = ScalarType<Int>.size(atLeast: 1)
        #expect(try type.parse(text) == bytes)
        #expect(try type.parse(type.write(bytes)) == bytes)
    }

    @Test(arguments: [
        "", "MB", "64 MiB", "1.5GiB", "-1", "64mib", "64M", "0", "9223372036854775807TiB", "99999999999999999999",
        "1GB1MB",
        "0x10", "1_000",
    ])
    func refusesOtherSizes(text: String) {
        #expect(throws: Mismatch.self) { try ScalarType<Int>.size(atLeast: 1).parse(text) }
    }

    @Test func saysWhatIsWrongWithASize() {
        let units = "the units are B, kB, MB, GB, TB, KiB, MiB, GiB and TiB"
        let type = ScalarType<Int>.size(atLeast: 1)
        #expect(throws: Mismatch(detail: "there is no unit 'mib'; \(units)", suggestion: "64MiB")) {
            try type.parse("64mib")
        }
        #expect(throws: Mismatch(detail: "there is no unit 'G'; \(units)", suggestion: "2GiB")) { try type.parse("2G") }
    }

    @Test(arguments: [
        ("kafka://main/user-events", SubscriptionSource.kafka(cluster: "main", topic: "user-events")),
        ("file:///abs/a b.jsonl", .file(path: "/abs/a b.jsonl")), ("file:/abs", .file(path: "/abs")),
        ("file:relative.jsonl", .file(path: "relative.jsonl")), ("file:./a/b", .file(path: "./a/b")),
        ("stdin", .standardInput), ("stdin:", .standardInput),
    ])
    func readsSources(text: String, source: SubscriptionSource) throws {
        #expect(try ScalarType<SubscriptionSource>.source.parse(text) == source)
        #expect(try ScalarType<SubscriptionSource>.source.parse(source.description) == source)
    }

    @Test(arguments: [
        "", "kafka:main/t", "kafka://", "kafka://main", "kafka://main/", "kafka:///t", "kafka://main/a/b",
        "kafka://ma in/t",
        "kafka://main/t?x", "kafka://main/..", "kafka://main/\(String(repeating: "t", count: 250))", "file:",
        "file://x",
        "file:///", "http://x", "Kafka://main/t", "file:a\nb",
    ])
    func refusesOtherSources(text: String) {
        #expect(throws: Mismatch.self) { try ScalarType<SubscriptionSource>.source.parse(text) }
    }

    @Test func readsSinks() throws {
        let sink = SubscriptionSink(service: "EventEnricher", handler: "userEvent")
        #expect(try ScalarType<SubscriptionSink>.sink.parse("service://EventEnricher/userEvent") == sink)
        #expect(sink.description == "service://EventEnricher/userEvent")
        #expect(throws: Mismatch(suggestion: "service://A/b")) { try ScalarType<SubscriptionSink>.sink.parse("A/b") }
        for text in ["", "service://", "service://A", "service://A/", "service:///b", "service://A/b/c", "kafka://a/b"]
        {
            #expect(throws: Mismatch.self, "\(text)") { try ScalarType<SubscriptionSink>.sink.parse(text) }
        }
    }

    @Test func readsKeys() throws {
        let type = ScalarType<KeySource>.key
        #expect(try type.parse("record") == .record)
        #expect(try type.parse("none") == .unkeyed)
        #expect(try type.parse("header:user id") == .header("user id"))
        #expect(try type.parse("$.a[0]") == .json(JSONPath([.member("a"), .index(0)])))
        #expect(throws: Mismatch(suggestion: "record")) { try type.parse("recrod") }
        #expect(throws: Mismatch(suggestion: "$.user.id")) { try type.parse(".user.id") }
        for text in ["", "header:", "user.id", "$", "header"] {
            #expect(throws: Mismatch.self, "\(text)") { try type.parse(text) }
        }
    }

    @Test(arguments: [
        ("earliest", StartPosition.earliest), ("latest", .latest), ("offset:0", .offset(0)),
        ("offset:9223372036854775807", .offset(.max)), ("timestamp:0", .timestamp(milliseconds: 0)),
        ("timestamp:1769846400000", .timestamp(milliseconds: 1_769_846_400_000)),
        ("timestamp:2026-01-31T08:00:00Z", .timestamp(milliseconds: 1_769_846_400_000)),
        ("timestamp:2026-01-31T09:00:00.25+01:00", .timestamp(milliseconds: 1_769_846_400_250)),
        ("timestamp:2026-01-31", .timestamp(milliseconds: 1_769_817_600_000)),
        ("timestamp:2024-02-29", .timestamp(milliseconds: 1_709_164_800_000)),
        ("timestamp:1970-01-01T00:00:00Z", .timestamp(milliseconds: 0)),
        ("timestamp:9999-12-31T23:59:59.999999Z", .timestamp(milliseconds: 253_402_300_799_999)),
    ])
    func readsStarts(text: String, start: StartPosition) throws {
        #expect(try ScalarType<StartPosition>.start.parse(text) == start)
    }

    @Test(arguments: [
        "", "first", "offset:", "offset:-1", "offset:1.5", "offset:9223372036854775808", "timestamp:", "timestamp:-1",
        "timestamp:2026-02-29", "timestamp:2026-13-01", "timestamp:2026-00-01", "timestamp:2026-01-00",
        "timestamp:2026-1-1",
        "timestamp:2026-01-31T08:00:00", "timestamp:2026-01-31 08:00:00Z", "timestamp:2026-01-31T24:00:00Z",
        "timestamp:2026-01-31T08:00:00Zx", "timestamp:2026-01-31T08:00:00.Z", "timestamp:1969-12-31T23:59:59Z",
        "timestamp:1970-01-01T00:00:00+01:00", "timestamp:2026-01-31T08:00:00+1:00", "timestamp:yesterday",
    ])
    func refusesOtherStarts(text: String) {
        #expect(throws: Mismatch.self) { try ScalarType<StartPosition>.start.parse(text) }
    }

    @Test func readsNumbersAndWords() throws {
        #expect(try ScalarType<Bool>.boolean.parse("true"))
        #expect(throws: Mismatch(suggestion: "true")) { try ScalarType<Bool>.boolean.parse("yes") }
        #expect(throws: Mismatch(suggestion: "false")) { try ScalarType<Bool>.boolean.parse("Off") }
        let integer = ScalarType<Int>.integer(in: 0...10)
        #expect(try integer.parse("10") == 10)
        for text in ["", "11", "-1", "+1", "1.0", "0x1", " 1", "1 "] {
            #expect(throws: Mismatch.self, "\(text)") { try integer.parse(text) }
        }
        let number = ScalarType<Double>.number(in: 1...1000, expected: "")
        #expect(try number.parse("2") == 2)
        #expect(try number.parse("1.5") == 1.5)
        #expect(number.write(2) == "2")
        for text in ["", "0.5", "1e2", "nan", "inf", ".5", "2.", "1.5.5", "0x2"] {
            #expect(throws: Mismatch.self, "\(text)") { try number.parse(text) }
        }
        #expect(try ScalarType<RetryLimit>.attempts.parse("unlimited") == .unlimited)
        #expect(throws: Mismatch(suggestion: "unlimited")) { try ScalarType<RetryLimit>.attempts.parse("unlimted") }
        #expect(throws: Mismatch.self) { try ScalarType<RetryLimit>.attempts.parse("0") }
        #expect(throws: Mismatch(suggestion: "warning")) {
            try ScalarType<LogConfiguration.Level>.choice().parse("warn")
        }
        #expect(throws: Mismatch(suggestion: "127.0.0.1")) { try ScalarType<String>.address.parse("localhost") }
        #expect(throws: Mismatch(suggestion: "fsync")) { try ScalarType<Durability>.durability.parse("fsyn") }
        #expect(throws: Mismatch.self) { try ScalarType<Durability>.durability.parse("interval:0s") }
    }
}
