/// The name of a state value, with its type and how it becomes bytes.
///
/// Declare them where handlers can write `.user`:
///
/// ```swift
/// extension StateKey<UserEvent> { static var user: Self { Self("user") } }
/// ```
public struct StateKey<Value>: Sendable {
    /// The name, unique within a service; at most 1024 bytes of UTF-8.
    public let name: String
    /// How values become bytes.
    public let serde: Serde<Value>

    /// A key with a serde of your choice.
    public init(_ name: String, serde: Serde<Value>) {
        self.name = name
        self.serde = serde
    }
}

extension StateKey where Value: Codable & SendableMetatype {
    /// A key whose values are kept as JSON.
    public init(_ name: String) { self.init(name, serde: .json) }
}

extension StateKey where Value == [UInt8] {
    /// A key whose values are kept as they are.
    public init(_ name: String) { self.init(name, serde: .bytes) }
}
