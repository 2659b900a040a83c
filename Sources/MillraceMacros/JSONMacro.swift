import SwiftSyntax
import SwiftSyntaxMacros

/// Implements `@JSON`.
struct JSONMacro: ExtensionMacro {
    static var formatMode: FormatMode { .disabled }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        let name = type.trimmedDescription
        guard let header = JSONTypeHeader(node, declaration, in: context) else { return [] }
        if let type = declaration.as(StructDeclSyntax.self) {
            return JSONStructDeclaration(type, header, in: context).map { [$0.extension(of: name)] } ?? []
        }
        if let type = declaration.as(EnumDeclSyntax.self) {
            return JSONEnumDeclaration(type, header, in: context).map { [$0.extension(of: name)] } ?? []
        }
        return []
    }
}
