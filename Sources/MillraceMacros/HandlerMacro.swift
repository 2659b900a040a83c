import SwiftSyntax
import SwiftSyntaxMacros

/// Implements `@Handler`, which generates nothing: the macro of the type reads the mark.
///
/// It only checks that a type's macro can see the function; that macro checks the function itself.
struct HandlerMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard declaration.is(FunctionDeclSyntax.self) else {
            context.diagnose(.handlerIsNoFunction, at: node)
            return []
        }
        let parent = context.lexicalContext.first
        if let parent = parent?.as(ExtensionDeclSyntax.self) {
            context.diagnose(.handlerInExtension(of: parent.extendedType.trimmedDescription), at: node)
        } else {
            let attributes = parent?.asProtocol((any WithAttributesSyntax).self)?.attributes
            let isService = ServiceKind.allCases.contains { attributes?.attribute(named: $0.attribute) != nil }
            if !isService {
                let name = parent?.asProtocol((any NamedDeclSyntax).self)?.name.trimmedDescription
                context.diagnose(.handlerOutsideService(type: name), at: node)
            }
        }
        return []
    }
}
