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
    /// How values that are kept decoded beside their bytes are known; `nil` where none are.
    let keptCoding: (any JSONCoding<Value>.Type)?

    /// A key with a serde of your choice. Values are decoded at each reading, and encoded at each change.
    public init(_ name: String, serde: Serde<Value>) {
        self.name = name
        self.serde = serde
        keptCoding = nil
    }

    private init(_ name: String, kept serde: Serde<Value>) {
        self.name = name
        self.serde = serde
        keptCoding = serde.jsonCoding
    }
}

extension StateKey where Value: Codable & Sendable {
    /// A key whose values are kept as JSON.
    ///
    /// - Parameter keepsDecoded: whether a value stays decoded in memory, so that it is decoded once however often it is read, and, for
    ///   types marked with ``JSON()``, encoded once a batch however often it is changed. The bytes are the same either way.
    ///   Turn it off for a `Sendable` class that changes behind a lock.
    public init(_ name: String, keepsDecoded: Bool = true) {
        if keepsDecoded { self.init(name, kept: .json) } else { self.init(name, serde: .json) }
    }
}

extension StateKey where Value: Codable & SendableMetatype {
    /// A key whose values are kept as JSON.
    @_disfavoredOverload
    public init(_ name: String) { self.init(name, serde: .json) }
}

extension StateKey where Value == [UInt8] {
    /// A key whose values are kept as they are.
    public init(_ name: String) { self.init(name, serde: .bytes) }
}
