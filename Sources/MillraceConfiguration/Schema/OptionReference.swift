/// What the reference says of one option.
struct OptionReference: Sendable {
    let name: String
    let type: String
    /// The default, in Markdown; empty for none.
    let standard: String
    let example: String
    let meaning: String
    /// Whether the example is a value of the option's type.
    var isExampleValid = true
    /// The options within, for a mapping or a list of mappings.
    var table: ReferenceTable?
}

/// One table of the reference: a section's options.
struct ReferenceTable: Sendable {
    let title: String
    let options: [OptionReference]

    init(title: String, options: [OptionReference]) {
        self.title = title
        self.options = options
    }

    init<Section: ConfigurationSection>(_ section: Section.Type) {
        self.init(title: Section.title, options: Section.options.map(\.reference))
    }

    /// This table and those of the options within, each title once.
    var all: [ReferenceTable] {
        var titles: Set<String> = [title]
        return [self] + options.compactMap(\.table).flatMap(\.all).filter { titles.insert($0.title).inserted }
    }

    /// The table in Markdown.
    var markdown: String {
        var lines = ["| option | type | default | meaning | example |", "|---|---|---|---|---|"]
        for option in options {
            let example = option.example.isEmpty ? "" : "`\(option.example)`"
            lines.append("| `\(option.name)` | \(option.type) | \(option.standard) | \(option.meaning) | \(example) |")
        }
        return lines.joined(separator: "\n")
    }
}
