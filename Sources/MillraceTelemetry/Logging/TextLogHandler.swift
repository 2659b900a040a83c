/// Writes entries for people: `TIME LEVEL label: message key=value`, one line each.
///
/// Values that are not one plain word are in quotes; newlines and control characters are escaped everywhere.
public struct TextLogHandler: LogHandler {
    private let output: any LineOutput
    private let colours: Bool

    /// A handler that writes to `output`, with or without colours.
    public init(output: any LineOutput, colours: Bool = false) {
        self.output = output
        self.colours = colours
    }

    /// Writes to standard error, with colours where that is a terminal.
    public static var standardError: TextLogHandler {
        TextLogHandler(output: DescriptorOutput.standardError, colours: DescriptorOutput.standardError.wantsColours)
    }

    /// Writes the entry as one line.
    public func log(_ entry: LogEntry) { output.write(line(entry)) }

    /// The entry's line, with its newline.
    func line(_ entry: LogEntry) -> String {
        var line = ""
        append(entry.time.description, style: "2", to: &line)
        line += " "
        append(entry.level.column, style: entry.level.style, to: &line)
        line += " "
        if !entry.label.isEmpty {
            line.appendOnOneLine(entry.label)
            line += ": "
        }
        line.appendOnOneLine(entry.message)
        for (key, value) in entry.metadata.pairs {
            var pair = " "
            pair.appendWordOrQuoted(key)
            pair += "="
            pair.appendWordOrQuoted(value.description)
            append(pair, style: "2", to: &line)
        }
        line += "\n"
        return line
    }

    private func append(_ text: String, style: String, to line: inout String) {
        line += colours && !style.isEmpty ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
    }
}

extension LogLevel {
    /// The name in capitals, in columns of one width.
    fileprivate var column: String {
        switch self {
        case .trace: "TRACE   "
        case .debug: "DEBUG   "
        case .info: "INFO    "
        case .notice: "NOTICE  "
        case .warning: "WARNING "
        case .error: "ERROR   "
        case .critical: "CRITICAL"
        }
    }

    /// The parameters of the terminal's sequence for colours.
    fileprivate var style: String {
        switch self {
        case .trace, .debug: "2"
        case .info: ""
        case .notice: "36"
        case .warning: "33"
        case .error: "31"
        case .critical: "1;31"
        }
    }
}
