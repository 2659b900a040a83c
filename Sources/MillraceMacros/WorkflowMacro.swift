import SwiftSyntax
import SwiftSyntaxMacros

/// Implements `@Workflow`.
struct WorkflowMacro: ExtensionMacro {
    static var formatMode: FormatMode { .disabled }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        guard let service = ServiceDeclaration(.workflow, node, declaration, in: context) else { return [] }
        return [service.extension(of: type.trimmedDescription, conforms: !protocols.isEmpty)]
    }
}
