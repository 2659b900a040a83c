internal import Glibc

/// Where `${NAME}` gets its values from.
public struct Environment: Sendable, ExpressibleByDictionaryLiteral {
    private let lookUp: @Sendable (String) -> String?

    /// The environment of this process. Not to be used while another thread changes it.
    public static let process = Environment { name in
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// An environment of these variables only.
    public init(_ variables: [String: String]) {
        lookUp = { variables[$0] }
    }

    /// An environment of these variables only; the last one of a name counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(Dictionary(elements, uniquingKeysWith: { $1 }))
    }

    private init(lookUp: @escaping @Sendable (String) -> String?) {
        self.lookUp = lookUp
    }

    subscript(name: String) -> String? { lookUp(name) }
}
