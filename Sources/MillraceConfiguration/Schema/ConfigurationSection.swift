/// A mapping in the file: a name, options, and a check of all of them together.
protocol ConfigurationSection: Sendable {
    init()

    /// The name that its table has in the reference.
    static var title: String { get }
    /// The options, in the order in which they are read and stand in the reference.
    static var options: [Option<Self>] { get }

    /// Reports what the options say together that cannot be. Called when each of them is right.
    func check(_ node: YAMLNode, _ decoding: inout Decoding)
}

extension ConfigurationSection {
    func check(_ node: YAMLNode, _ decoding: inout Decoding) {}

    /// What an error says a mapping should hold.
    static var outline: String {
        let names = options.prefix(3).map { "'\($0.reference.name)'" }
        return options.count > 3 ? names.joined(separator: ", ") + " …" : alternatives(names)
    }
}
