import Foundation
public import Millrace

@JSON struct MarkedPosition: Codable, Equatable, Sendable {
    var lat: Double
    var lon: Double
}

/// An unmarked type, which goes through `Codable`.
struct UnmarkedOwner: Codable, Equatable, Sendable {
    var id: String
    var age: Int?
}

@JSON enum MarkedColor: String, Codable, CaseIterable, Sendable { case red, green = "grün", `default` }

@JSON enum MarkedLevel: Int, Codable, Sendable { case low = 1, high = 9 }

@JSON enum MarkedShape: Codable, Equatable, Sendable {
    case circle(radius: Double)
    case line(MarkedPosition, to: MarkedPosition?)
    case nothing
    indirect case group([MarkedShape])
    case renamed(owner: UnmarkedOwner, Int)

    enum CodingKeys: String, CodingKey { case circle, line, nothing, group, renamed = "other name" }
    enum CircleCodingKeys: String, CodingKey { case radius = "r" }
}

@JSON struct MarkedEvent: Codable, Equatable, Sendable {
    var id: UUID
    let kind: String
    var amount, tax: Double
    var count: Int
    var flag: Bool = false
    var tags: [String]
    var at: Date
    var note: String?
    var pos: MarkedPosition
    var path: [MarkedPosition]?
    var owner: UnmarkedOwner
    var owners: [UnmarkedOwner]
    var color: MarkedColor
    var level: MarkedLevel?
    var shapes: [MarkedShape]
    var sizes: [String: Int]
    var numbers: [Int: String]
    var price: Decimal
    var link: URL?
    var data: Data
    var big: Int128
    var small: UInt8
    var ratio: Float
    var twice: Int??
    let constant = 7
    var local = "not coded"
    var quoted: String
    var doubled: Int { count * 2 }
    static let shared = 1

    enum CodingKeys: String, CodingKey {
        case id, kind, amount, tax, count, flag, tags, at, note, pos, path, owner, owners, color, level, shapes, sizes,
            numbers
        case price, link, data, big, small, ratio, twice, constant
        case quoted = "quo\"te ü"
    }
}

/// A type that others see: what is generated must be visible, too.
@JSON public struct MarkedEmpty: Codable, Equatable, Sendable {
    /// The only value.
    public init() {}
}
