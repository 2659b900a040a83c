import Testing

@testable import MillraceTelemetry

@Suite struct JSONLogHandlerTests {
    private func line(_ message: String, label: String = "", _ metadata: LogMetadata = [:]) -> String {
        JSONLogHandler().line(
            LogEntry(
                time: WallTime(milliseconds: 0), level: .info, label: label, message: message, metadata: metadata))
    }

    @Test func writesOneObject() {
        #expect(
            line("m", label: "l", ["s": "t", "n": -3, "d": 0.25, "b": true, "i": .double(.infinity)])
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"info","label":"l","message":"m","#
                + #""metadata":{"s":"t","n":-3,"d":0.25,"b":true,"i":"inf"}}"# + "\n")
    }

    @Test func escapesByTheRulesOfJSON() {
        #expect(
            line("\"\\\n\t\u{1}\u{7F}\u{2028}😀\u{E0001}")
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"info","#
                + #""message":"\"\\\n\t\u0001\u007f\u2028😀\udb40\udc01"}"# + "\n")
    }
}
