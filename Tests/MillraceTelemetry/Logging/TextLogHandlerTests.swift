import Testing

@testable import MillraceTelemetry

@Suite struct TextLogHandlerTests {
    private func line(_ message: String, label: String = "", _ metadata: LogMetadata = [:], colours: Bool = false)
        -> String
    {
        TextLogHandler(output: DescriptorOutput.standardError, colours: colours).line(
            LogEntry(
                time: WallTime(milliseconds: 1_772_271_000_125), level: .warning, label: label, message: message,
                metadata: metadata))
    }

    @Test func showsTimeLevelMessageAndPairs() {
        #expect(
            line("lag grows", label: "kafka", ["topic": "clicks", "lag": 17, "share": 0.5, "paused": false])
                == "2026-02-28T09:30:00.125Z WARNING  kafka: lag grows topic=clicks lag=17 share=0.5 paused=false\n")
    }

    @Test func quotesWhatIsNotOneWord() {
        #expect(
            line("x", ["a": "two words", "b": "", "c": "k=v", "d": "say \"hi\" \\", "e": "grün"]).hasSuffix(
                #"x a="two words" b="" c="k=v" d="say \"hi\" \\" e=grün"# + "\n"))
    }

    @Test func keepsForeignTextOnOneLine() {
        let text = line("a\nb\r\u{1B}[2J\u{2028}\u{202E}\u{0}", ["k\n": "v\n2026 INFO forged"])
        #expect(
            text.hasSuffix(
                #"a\nb\r\u{1B}[2J\u{2028}\u{202E}\u{0} "k\n"="v\n2026 INFO forged""# + "\n"))
        #expect(text.filter(\.isNewline).count == 1)
    }

    @Test func coloursOnlyWhereAsked() {
        #expect(line("x", colours: true).contains("\u{1B}[33mWARNING \u{1B}[0m"))
        #expect(!line("x").contains("\u{1B}"))
    }
}
