import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// What structs and enums marked with `@JSON` have in common: their access, and the names that they give their members.
struct JSONTypeHeader {
    /// How far its members are visible.
    let access: AccessLevel
    /// The names by coding key; `nil` where the type declares none. Members without one are not coded.
    let codingKeys: [String: String]?

    /// Reads a type, or diagnoses why nothing can be generated for it and returns `nil`.
    init?(_ attribute: AttributeSyntax, _ declaration: some DeclGroupSyntax, in context: some MacroExpansionContext) {
        let name = declaration.asProtocol((any NamedDeclSyntax).self)?.name.text ?? "it"
        guard declaration.is(StructDeclSyntax.self) || declaration.is(EnumDeclSyntax.self) else {
            context.diagnose(
                Diagnostic(
                    node: declaration.introducer,
                    message: Message.jsonOnReference(type: name, keyword: declaration.introducer.text),
                    fixIt: .removing(attribute, message: .remove("@JSON"))))
            return nil
        }
        if let parameters = declaration.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause {
            context.diagnose(
                Diagnostic(
                    node: parameters, message: Message.jsonOnGeneric(type: name),
                    fixIt: .removing(attribute, message: .remove("@JSON"))))
            return nil
        }
        for outer in context.lexicalContext {
            guard outer.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause != nil else {
                continue
            }
            let outerName = outer.asProtocol((any NamedDeclSyntax).self)?.name.text ?? "a generic type"
            context.diagnose(.jsonInsideGeneric(type: name, outer: outerName), at: attribute)
            return nil
        }
        if let outer = context.lexicalContext.first,
            let modifier = declaration.modifiers.first(where: { $0.name.tokenKind == .keyword(.private) })
        {
            let outerName =
                outer.asProtocol((any NamedDeclSyntax).self)?.name.text
                ?? outer.as(ExtensionDeclSyntax.self)?.extendedType.trimmedDescription ?? "a function"
            context.diagnose(
                Diagnostic(
                    node: modifier, message: Message.privateInside(name, outer: outerName),
                    fixIt: .replace(
                        message: Message.write("fileprivate"), oldNode: modifier.name,
                        newNode: TokenSyntax.keyword(.fileprivate))))
            return nil
        }
        guard !Self.diagnoseOwnCoding(declaration, attribute, name, in: context) else { return nil }
        let surroundings = context.lexicalContext.first?.as(ExtensionDeclSyntax.self)?.modifiers
        access = AccessLevel(declaration.modifiers) ?? surroundings.flatMap { AccessLevel($0) } ?? .internal
        codingKeys = Self.names(declaration, "CodingKeys")
    }

    /// What reads and writes by hand cannot be seen through.
    private static func diagnoseOwnCoding(
        _ declaration: some DeclGroupSyntax, _ attribute: AttributeSyntax, _ name: String,
        in context: some MacroExpansionContext
    ) -> Bool {
        for member in declaration.memberBlock.members {
            let isOwn: String?
            if let function = member.decl.as(FunctionDeclSyntax.self), function.name.text == "encode",
                function.signature.parameterClause.parameters.first?.firstName.text == "to"
            {
                isOwn = "encode(to:)"
            } else if let initializer = member.decl.as(InitializerDeclSyntax.self),
                initializer.signature.parameterClause.parameters.count == 1,
                initializer.signature.parameterClause.parameters.first?.firstName.text == "from"
            {
                isOwn = "init(from:)"
            } else {
                isOwn = nil
            }
            if let isOwn {
                context.diagnose(
                    Diagnostic(
                        node: attribute, message: Message.ownCoding(type: name, function: isOwn),
                        fixIt: .removing(attribute, message: .remove("@JSON"))))
                return true
            }
        }
        return false
    }

    /// The names that an enum of coding keys gives, by case; `nil` where there is no such enum.
    static func names(_ declaration: some DeclGroupSyntax, _ enumName: String) -> [String: String]? {
        for member in declaration.memberBlock.members {
            guard let keys = member.decl.as(EnumDeclSyntax.self), keys.name.text == enumName else { continue }
            var names: [String: String] = [:]
            for member in keys.memberBlock.members {
                guard let cases = member.decl.as(EnumCaseDeclSyntax.self) else { continue }
                for element in cases.elements {
                    let name = element.name.unquoted
                    let value = element.rawValue?.value.as(StringLiteralExprSyntax.self)?.representedLiteralValue
                    names[name] = value ?? name
                }
            }
            return names
        }
        return nil
    }

    /// Generated names in Swift's and in JSON's quotes.
    static func literal(_ text: String) -> String { StringLiteralExprSyntax(content: text).description }

    /// The comma, the name and the colon that a member begins with, as a literal.
    static func token(_ name: String) -> String { literal(escapedToken(name)) }

    /// How many bytes the token has.
    static func tokenBytes(_ name: String) -> Int { escapedToken(name).utf8.count }

    private static func escapedToken(_ name: String) -> String {
        var token = ",\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": token += "\\\""
            case "\\": token += "\\\\"
            case "\u{8}": token += "\\b"
            case "\t": token += "\\t"
            case "\n": token += "\\n"
            case "\u{C}": token += "\\f"
            case "\r": token += "\\r"
            case "\u{0}"..<" ": token += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token + "\":"
    }
}

extension TokenSyntax {
    /// The name without the backticks that keywords need.
    var unquoted: String { text.filter { $0 != "`" } }
}
