/// A service of which the file says something, while it is read.
struct ServiceDraft: ConfigurationSection {
    var service = ServiceSettings(name: "")

    static let title = "services"

    static var options: [Option<Self>] {
        HandlerSettings.options.map { $0.within(\.service.settings) } + [
            Option(
                reference: OptionReference(
                    name: "handlers", type: "mapping of names to mappings", standard: "", example: "",
                    meaning:
                        "What holds for single handlers, by their names. What a handler leaves out is as for its service.",
                    table: ReferenceTable(HandlerSettings.self))
            ) { node, decoding, draft in
                let expected = "a mapping of handlers' names to options, as in nightly: { inactivityTimeout: 10m }"
                for entry in decoding.entries(of: node, expected: expected) ?? [] {
                    var handler = ServiceSettings.Handler(name: entry.key)
                    decoding.descend(".\(entry.key)", entry.value) {
                        $0.section(entry.value, into: &handler.settings)
                    }
                    draft.service.handlers.append(handler)
                }
            }
        ]
    }
}
