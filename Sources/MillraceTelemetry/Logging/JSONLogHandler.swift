/// Writes entries for machines: one JSON object a line with `time`, `level`, `label`, `message` and the metadata under
/// `metadata`.
public struct JSONLogHandler: LogHandler {
    private let output: any LineOutput

    /// A handler that writes to `output`.
    public init(output: any LineOutput = DescriptorOutput.standardError) { self.output = output }

    /// Writes the entry as one line.
    public func log(_ entry: LogEntry) { output.write(line(entry)) }

    /// The entry's line, with its newline.
    func line(_ entry: LogEntry) -> String {
        var line = "{\"time\":\"\(entry.time)\",\"level\":\"\(entry.level)\""
        if !entry.label.isEmpty {
            line += ",\"label\":"
            line.appendJSON(entry.label)
        }
        line += ",\"message\":"
        line.appendJSON(entry.message)
        if !entry.metadata.isEmpty {
            line += ",\"metadata\":{"
            for (index, (key, value)) in entry.metadata.pairs.enumerated() {
                if index > 0 { line += "," }
                line.appendJSON(key)
                line += ":"
                switch value {
                case .integer, .boolean: line += value.description
                case .double(let number) where number.isFinite: line += value.description
                case .string, .double: line.appendJSON(value.description)
                }
            }
            line += "}"
        }
        line += "}\n"
        return line
    }
}
