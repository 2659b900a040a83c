import SwiftSyntax

extension AttributeListSyntax {
    /// The attribute of that name, with or without `Millrace.` before it.
    func attribute(named name: String) -> AttributeSyntax? {
        for element in self {
            guard let attribute = element.as(AttributeSyntax.self) else { continue }
            if attribute.baseName == name || attribute.baseName == "Millrace.\(name)" { return attribute }
        }
        return nil
    }
}

extension AttributeSyntax {
    /// The name without generic arguments.
    fileprivate var baseName: String {
        if let type = attributeName.as(IdentifierTypeSyntax.self) { return type.name.text }
        if let type = attributeName.as(MemberTypeSyntax.self) {
            return "\(type.baseType.trimmedDescription).\(type.name.text)"
        }
        return attributeName.trimmedDescription
    }

    /// The argument with that label; `nil` written out counts as left out.
    func argument(_ label: String) -> ExprSyntax? {
        guard case .argumentList(let arguments) = arguments,
            let expression = arguments.first(where: { $0.label?.text == label })?.expression,
            !expression.is(NilLiteralExprSyntax.self)
        else { return nil }
        return expression
    }
}
