public import struct FoundationEssentials.Data
public import struct FoundationEssentials.UUID

/// How long a value's document is at most, found out without writing it; code that `@JSON` writes calls it.
///
/// A size is known only where writing cannot fail and reading the document gives the very same value, so that the value may
/// stand for its bytes, and be written later. It is not known where a value goes through `Codable`, holds a number that is not finite, a
/// dictionary (whose order is not part of its value), an optional of an optional, or a type whose text may lose something, as
/// `Date` does.
public struct JSONSize: Sendable {
    /// The most bytes that have been added up, or `nil` where that is not known.
    public private(set) var bytes: Int? = 0

    /// Nothing yet.
    public init() {}

    /// Adds bytes.
    @inline(__always)
    public mutating func add(bytes count: Int) {
        guard let sum = bytes else { return }
        bytes = sum &+ count
    }

    /// Gives up: the size is not known.
    public mutating func giveUp() { bytes = nil }

    /// Adds a member's value of a type that writes itself.
    @inlinable @inline(__always)
    public mutating func member<Value: JSONWritable>(_ value: Value) { value.addSize(to: &self) }

    /// Adds a member's value, unless there is none.
    @inlinable @inline(__always)
    public mutating func member<Value: JSONWritable>(_ value: Value?) { value?.addSize(to: &self) }

    /// A member that goes through `Codable`.
    public mutating func member<Value: Encodable>(_ value: Value) { giveUp() }
}

extension JSONWritable {
    /// The size of a type that says nothing about it is not known.
    public func addSize(to size: inout JSONSize) { size.giveUp() }
}

extension String {
    /// Every byte may have to be escaped.
    public func addSize(to size: inout JSONSize) { size.add(bytes: utf8.count &* 6 &+ 2) }
}

extension Bool {
    /// `true` or `false`.
    public func addSize(to size: inout JSONSize) { size.add(bytes: 5) }
}

extension Double {
    /// Unknown for infinities and NaN, which cannot be written.
    public func addSize(to size: inout JSONSize) { if isFinite { size.add(bytes: 26) } else { size.giveUp() } }
}

extension Float {
    /// Unknown for infinities and NaN, which cannot be written.
    public func addSize(to size: inout JSONSize) { if isFinite { size.add(bytes: 26) } else { size.giveUp() } }
}

extension JSONWritable where Self: FixedWidthInteger {
    /// All digits and the sign.
    public func addSize(to size: inout JSONSize) { size.add(bytes: 40) }
}

extension UUID {
    /// 36 characters in quotes.
    public func addSize(to size: inout JSONSize) { size.add(bytes: 38) }
}

extension Data {
    /// Base 64, of whose characters the slash may be escaped.
    public func addSize(to size: inout JSONSize) { size.add(bytes: (count &+ 2) / 3 &* 8 &+ 2) }
}

extension Optional where Wrapped: JSONWritable {
    /// Unknown for an optional of an optional: `null` tells nothing of which of them is absent.
    public func addSize(to size: inout JSONSize) {
        if Wrapped.self is any JSONOptional.Type { return size.giveUp() }
        if let self { self.addSize(to: &size) } else { size.add(bytes: 4) }
    }
}

extension Array where Element: JSONWritable {
    /// All elements.
    public func addSize(to size: inout JSONSize) {
        size.add(bytes: 2 &+ count)
        for element in self { element.addSize(to: &size) }
    }
}

/// Tells optionals from all other types.
private protocol JSONOptional {}
extension Optional: JSONOptional {}
