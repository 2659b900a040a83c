import SwiftSyntax

/// Swift's access levels, from the narrowest.
enum AccessLevel: Int, Comparable {
    case `private`
    case `fileprivate`
    case `internal`
    case `package`
    case `public`

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

    /// The level that modifiers spell out, or `nil` where they leave it to the surroundings.
    init?(_ modifiers: DeclModifierListSyntax) {
        for modifier in modifiers {
            switch modifier.name.tokenKind {
            case .keyword(.private): self = .private
            case .keyword(.fileprivate): self = .fileprivate
            case .keyword(.internal): self = .internal
            case .keyword(.package): self = .package
            case .keyword(.public), .keyword(.open): self = .public
            default: continue
            }
            return
        }
        return nil
    }

    /// What a generated member of a type with this level is marked with. Below `package` that is nothing, since a member
    /// is never more visible than its type.
    var memberModifier: String {
        switch self {
        case .public: "public "
        case .package: "package "
        case .internal, .fileprivate, .private: ""
        }
    }
}
