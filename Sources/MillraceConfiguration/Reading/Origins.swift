/// Where in a file each of a configuration's options was written. No part of the configuration's value: all are equal.
struct Origins: Sendable, Equatable, CustomReflectable {
    struct Origin: Sendable {
        let position: SourcePosition
        /// What the file says, before substitution, or `nil` for what must not be shown.
        let written: String?
    }

    var file = "configuration"
    private var origins: [String: Origin] = [:]

    subscript(option: String) -> Origin? {
        get { origins[option] }
        set { origins[option] = newValue }
    }

    /// The place of an option, or of the nearest part of its path that the file holds.
    func position(of option: String) -> SourcePosition? {
        var path = option[...]
        while true {
            if let origin = origins[String(path)] { return origin.position }
            guard let separator = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
            path = path[..<separator]
        }
        return origins[""]?.position
    }

    var customMirror: Mirror { Mirror(self, children: [:]) }

    static func == (left: Self, right: Self) -> Bool { true }
}
