import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// The name of a service or a handler, as subscriptions and callers use it.
enum ServiceName {
    /// The `name:` of an attribute, or the declaration's own name where it gives none.
    ///
    /// Names are parts of URLs, and configuration files repeat them: so they are literals, not empty, and without white
    /// space, control characters and what separates the parts of a URL. Anything else is diagnosed, and the declaration's
    /// name stands in for what is no literal.
    static func read(
        from attribute: AttributeSyntax, declared token: TokenSyntax, in context: some MacroExpansionContext
    ) -> String {
        let declared = token.identifier?.name ?? token.text
        guard let argument = attribute.argument("name") else {
            if !isValid(declared) { context.diagnose(.invalidName(declared), at: token) }
            return declared
        }
        guard let name = argument.as(StringLiteralExprSyntax.self)?.representedLiteralValue else {
            context.diagnose(.nameIsNoLiteral, at: argument)
            return declared
        }
        if !isValid(name) { context.diagnose(.invalidName(name), at: argument) }
        return name
    }

    private static func isValid(_ name: String) -> Bool {
        !name.isEmpty
            && !name.unicodeScalars.contains { scalar in
                "/?#%".unicodeScalars.contains(scalar) || scalar.properties.isWhitespace
                    || scalar.properties.generalCategory == .control
            }
    }
}
