import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// The text of an error or of a fix-it. Errors say what is wrong and what to write instead.
struct Message: DiagnosticMessage, FixItMessage {
    let message: String
    private let id: String

    init(_ message: String, id: String = #function) {
        self.message = message
        self.id = String(id.prefix { $0 != "(" })
    }

    var severity: DiagnosticSeverity { .error }
    var diagnosticID: MessageID { MessageID(domain: "MillraceMacros", id: id) }
    var fixItID: MessageID { diagnosticID }
}

extension MacroExpansionContext {
    /// Reports an error without a fix-it.
    func diagnose(_ message: Message, at node: some SyntaxProtocol) {
        diagnose(Diagnostic(node: node, message: message))
    }
}

extension FixIt {
    /// Removes a node together with the white space behind it.
    static func removing(_ node: some SyntaxProtocol, message: Message) -> FixIt {
        FixIt(
            message: message,
            changes: [
                .replaceText(
                    range: node.positionAfterSkippingLeadingTrivia..<node.endPosition, with: "", in: Syntax(node))
            ])
    }
}
