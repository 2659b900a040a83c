import MillraceTelemetry
import Testing

@Suite struct LoggerTests {
    let handler = CollectingLogHandler()

    @Test func logsFromItsLevelUpwards() {
        let logger = Logger(label: "a", level: .warning, handler: handler)
        logger.trace("trace")
        logger.debug("debug")
        logger.info("info")
        logger.notice("notice")
        logger.warning("warning")
        logger.error("error")
        logger.critical("critical")
        #expect(handler.messages == ["warning", "error", "critical"])
        #expect(handler.entries.map(\.level) == [.warning, .error, .critical])
    }

    @Test func buildsNothingBelowItsLevel() {
        func mustNotRun<T>(_ value: T) -> T {
            Issue.record("was built")
            return value
        }
        Logger(label: "a", handler: handler).debug(mustNotRun("text"), metadata: mustNotRun(["key": "value"]))
        #expect(handler.entries.isEmpty)
    }

    @Test func aCallsMetadataWinsOverTheLoggers() {
        var logger = Logger(label: "a", metadata: ["topic": "t", "partition": 3], handler: handler)
        logger[metadata: "shard"] = 1
        logger.info("x", metadata: ["partition": 4, "late": true])
        #expect(handler.entries[0].metadata == ["topic": "t", "partition": 4, "shard": 1, "late": true])
        logger[metadata: "topic"] = nil
        logger.info("x")
        #expect(handler.entries[1].metadata == ["partition": 3, "shard": 1])
    }

    @Test func aLabelledCopyKeepsLevelAndMetadata() {
        let logger = Logger(label: "a", level: .debug, metadata: ["node": "n1"], handler: handler)
        logger.labelled("b", metadata: ["shard": 2]).debug("x")
        #expect(handler.entries[0].label == "b")
        #expect(handler.entries[0].metadata == ["node": "n1", "shard": 2])
    }

    @Test(arguments: LogLevel.allCases) func levelsHaveNames(level: LogLevel) {
        #expect(LogLevel(name: level.description.uppercased()) == level)
        #expect(LogLevel(name: "loud") == nil)
    }
}
