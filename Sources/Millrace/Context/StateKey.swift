/// The name of a state value, with its type and how it becomes bytes.
///
/// Declare them where handlers can write `.user`:
///
/// ```swift
/// extension StateKey<UserEvent> { static var user: Self { Self("user") } }
/// ```
public struct StateKey<Value>: Sendable {
    /// The name, unique within a service; at most 1024 bytes of UTF-8.
    public var name: String { entry.name }
    /// How values become bytes.
    public let serde: Serde<Value>
    /// How values that are kept decoded beside their bytes are known; `nil` where none are.
    let keptCoding: (any JSONCoding<Value>.Type)?
    let entry: StateEntry

    /// A key with a serde of your choice. Values are decoded at each reading, and encoded at each change.
    ///
    /// - Parameter expiresAfter: a value is gone so long after it was set last, or up to a sixty-fourth of that later; `nil` is never.
    public init(_ name: String, serde: Serde<Value>, expiresAfter: Duration? = nil) {
        entry = StateEntry(name, expiresAfter: expiresAfter)
        self.serde = serde
        keptCoding = nil
    }

    private init(_ name: String, kept serde: Serde<Value>, _ expiresAfter: Duration?) {
        entry = StateEntry(name, expiresAfter: expiresAfter)
        self.serde = serde
        keptCoding = serde.jsonCoding
    }
}

extension StateKey where Value: Codable & Sendable {
    /// A key whose values are kept as JSON.
    ///
    /// - Parameters:
    ///   - keepsDecoded: whether a value stays decoded in memory, so that it is decoded once however often it is read, and, for
    ///     types marked with ``JSON()``, encoded once a batch however often it is changed. The bytes are the same either way.
    ///     Turn it off for a `Sendable` class that changes behind a lock.
    ///   - expiresAfter: a value is gone so long after it was set last, or up to a sixty-fourth of that later; `nil` is never.
    public init(_ name: String, keepsDecoded: Bool = true, expiresAfter: Duration? = nil) {
        if keepsDecoded {
            self.init(name, kept: .json, expiresAfter)
        } else {
            self.init(name, serde: .json, expiresAfter: expiresAfter)
        }
    }
}

extension StateKey where Value: Codable & SendableMetatype {
    /// A key whose values are kept as JSON.
    ///
    /// - Parameter expiresAfter: a value is gone so long after it was set last, or up to a sixty-fourth of that later; `nil` is never.
    @_disfavoredOverload
    public init(_ name: String, expiresAfter: Duration? = nil) {
        self.init(name, serde: .json, expiresAfter: expiresAfter)
    }
}

extension StateKey where Value == [UInt8] {
    /// A key whose values are kept as they are.
    ///
    /// - Parameter expiresAfter: a value is gone so long after it was set last, or up to a sixty-fourth of that later; `nil` is never.
    public init(_ name: String, expiresAfter: Duration? = nil) {
        self.init(name, serde: .bytes, expiresAfter: expiresAfter)
    }
}
