import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros

@testable import MillraceMacros

/// What the macros make of a source text.
struct Expansion {
    /// The text after all macros.
    let text: String
    /// What the macros complained about.
    let diagnostics: [Diagnostic]

    init(_ source: String) {
        let file = Parser.parse(source: source)
        let context = BasicMacroExpansionContext(
            sourceFiles: [file: .init(moduleName: "Application", fullFilePath: "Application.swift")])
        let specs: [String: MacroSpec] = [
            "VirtualObject": MacroSpec(type: VirtualObjectMacro.self, conformances: ["VirtualObjectService"]),
            "Workflow": MacroSpec(type: WorkflowMacro.self, conformances: ["WorkflowService"]),
            "Service": MacroSpec(type: ServiceMacro.self, conformances: ["PlainService"]),
            "Handler": MacroSpec(type: HandlerMacro.self),
            "JSON": MacroSpec(type: JSONMacro.self, conformances: ["JSONReadable", "JSONWritable"]),
        ]
        text =
            file.expand(macroSpecs: specs) {
                BasicMacroExpansionContext(sharingWith: context, lexicalContext: $0.allMacroLexicalContexts())
            }.description
        diagnostics = context.diagnostics
    }

    /// The messages, in the order of the source.
    var messages: [String] { diagnostics.sorted { $0.position < $1.position }.map(\.message) }

    /// The source's texts that the complaints point at.
    var places: [String] { diagnostics.sorted { $0.position < $1.position }.map(\.node.trimmedDescription) }

    /// What the fix-its do, as `from -> to`.
    var fixes: [String] {
        diagnostics.flatMap(\.fixIts).flatMap(\.changes).map { change in
            switch change {
            case .replace(let old, let new): "\(old.trimmedDescription) -> \(new.trimmedDescription)"
            case .replaceText(_, let new, let old): "\(old.trimmedDescription) -> \(new)"
            default: "another change"
            }
        }
    }
}
