import SwiftSyntax

/// How a handler takes its input, judged by how the type is written: macros see no types.
enum InputType {
    /// `RawSpan`: the bytes in place.
    case span
    /// `[UInt8]`: the bytes.
    case bytes
    /// Anything else, which is to be `Codable` unless the handler names a serde.
    case value
}

extension TypeSyntax {
    /// The type without what a parameter's type may have before it, such as `borrowing` or `sending`.
    var withoutSpecifiers: TypeSyntax { self.as(AttributedTypeSyntax.self)?.baseType.trimmed ?? trimmed }

    /// Whether it is marked with `inout`.
    var isInout: Bool {
        self.as(AttributedTypeSyntax.self)?.specifiers.contains {
            $0.as(SimpleTypeSpecifierSyntax.self)?.specifier.tokenKind == .keyword(.inout)
        } ?? false
    }

    /// The `Wrapped` of an optional, or `nil` where the type is not written as one.
    var wrappedType: TypeSyntax? {
        if let optional = self.as(OptionalTypeSyntax.self) { return optional.wrappedType.trimmed }
        if let optional = self.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) { return optional.wrappedType.trimmed }
        guard let named = self.as(IdentifierTypeSyntax.self), named.name.text == "Optional",
            case .type(let wrapped) = named.genericArgumentClause?.arguments.first?.argument
        else { return nil }
        return wrapped.trimmed
    }

    /// How a handler takes an input of this type.
    var inputType: InputType {
        switch trimmedDescription.filter({ !$0.isWhitespace }).replacing("Swift.", with: "") {
        case "RawSpan": .span
        case "[UInt8]", "Array<UInt8>": .bytes
        default: .value
        }
    }
}
