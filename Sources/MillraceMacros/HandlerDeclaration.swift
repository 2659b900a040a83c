import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// A function marked with `@Handler`, read and found fit.
struct HandlerDeclaration {
    /// The second parameter.
    struct Input {
        /// The argument label, or `nil` where there is none.
        let label: String?
        /// The name that the client's function gives it.
        let name: String
        /// The type without specifiers such as `borrowing`.
        let type: TypeSyntax
        /// The expression that `@Handler(input:)` gives.
        let serde: ExprSyntax?
    }

    /// The name that subscriptions and callers use.
    let name: String
    /// The function.
    let function: FunctionDeclSyntax
    /// The argument label of the context, or `nil` where there is none.
    let contextLabel: String?
    /// The type of the context.
    let contextType: String
    /// The second parameter, or `nil` where there is none.
    let input: Input?
    /// What it returns, or `nil` where that is nothing.
    let output: TypeSyntax?
    /// The expression that `@Handler(output:)` gives.
    let outputSerde: ExprSyntax?
    /// The expression that `@Handler(options:)` gives.
    let options: ExprSyntax?

    /// Whether the function may wait.
    var isAsync: Bool { function.signature.effectSpecifiers?.asyncSpecifier != nil }

    /// Whether the function throws.
    var isThrowing: Bool {
        guard let clause = function.signature.effectSpecifiers?.throwsClause else { return false }
        return clause.type?.trimmedDescription != "Never"
    }

    /// Reads a function, or diagnoses all that keeps it from being a handler and returns `nil`.
    init?(
        _ function: FunctionDeclSyntax, marked attribute: AttributeSyntax, of kind: ServiceKind,
        in context: some MacroExpansionContext
    ) {
        self.function = function
        name = ServiceName.read(from: attribute, declared: function.name, in: context)
        var diagnostics = Self.checkDeclaration(function, kind)

        let parameters = Array(function.signature.parameterClause.parameters)
        contextLabel = parameters.first?.label
        let written = parameters.first?.type.withoutSpecifiers.trimmedDescription ?? ""
        contextType = kind.contexts.map(\.type).first { [$0, "Millrace.\($0)"].contains(written) } ?? kind.context
        let result = function.signature.returnClause?.type.trimmed
        output = result.flatMap { ["Void", "Swift.Void", "()"].contains($0.trimmedDescription) ? nil : $0 }
        outputSerde = attribute.argument("output")?.trimmed
        options = attribute.argument("options")?.trimmed
        if let outputSerde, output == nil {
            diagnostics.append(Diagnostic(node: outputSerde, message: Message.serdeWithoutOutput))
        }
        diagnostics += Self.checkContext(of: function, kind)

        if parameters.count > 1 {
            let parameter = parameters[1]
            let type = parameter.type.withoutSpecifiers
            let local = (parameter.secondName ?? parameter.firstName).text
            let input = Input(
                label: parameter.label, name: local == "_" ? "input" : local, type: type,
                serde: attribute.argument("input")?.trimmed)
            self.input = input
            diagnostics += Self.checkInput(input, parameter, of: function)
        } else {
            input = nil
            if let serde = attribute.argument("input") {
                diagnostics.append(Diagnostic(node: serde, message: Message.serdeWithoutInput))
            }
        }
        for parameter in parameters.dropFirst(2) {
            diagnostics.append(Diagnostic(node: parameter, message: Message.tooManyInputs))
        }

        for diagnostic in diagnostics { context.diagnose(diagnostic) }
        guard diagnostics.isEmpty else { return nil }
    }

    /// What the function says before and after its parameters.
    private static func checkDeclaration(_ function: FunctionDeclSyntax, _ kind: ServiceKind) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for modifier in function.modifiers {
            let message: Message
            switch modifier.name.tokenKind {
            case .keyword(.static), .keyword(.class): message = .staticHandler
            case .keyword(.mutating): message = .mutatingHandler(kind)
            default: continue
            }
            diagnostics.append(
                Diagnostic(
                    node: modifier, message: message,
                    fixIt: .removing(modifier, message: .remove(modifier.name.text))))
        }
        if let actor = function.attributes.attribute(named: "MainActor") {
            diagnostics.append(
                Diagnostic(
                    node: actor, message: Message.mainActor, fixIt: .removing(actor, message: .remove("@MainActor"))))
        }
        if let parameters = function.genericParameterClause {
            diagnostics.append(Diagnostic(node: parameters, message: Message.genericHandler))
        }
        if let result = function.signature.returnClause?.type.trimmed {
            if result.is(SomeOrAnyTypeSyntax.self) {
                diagnostics.append(Diagnostic(node: result, message: Message.abstractOutput(result.description)))
            }
            if result.inputType == .span { diagnostics.append(Diagnostic(node: result, message: Message.spanResult)) }
        }
        return diagnostics
    }

    /// The first parameter.
    private static func checkContext(of function: FunctionDeclSyntax, _ kind: ServiceKind) -> [Diagnostic] {
        let clause = function.signature.parameterClause
        let message = Message.wrongContext(kind)
        guard let first = clause.parameters.first else {
            let context: FunctionParameterSyntax = "_ context: \(raw: kind.context)"
            return [
                Diagnostic(
                    node: clause, message: message,
                    fixIt: .replace(
                        message: Message.insert(context.description), oldNode: clause.parameters,
                        newNode: FunctionParameterListSyntax([context])))
            ]
        }
        let type = first.type.withoutSpecifiers
        let isContext = kind.contexts.contains { [$0.type, "Millrace.\($0.type)"].contains(type.trimmedDescription) }
        if isContext, first.type.isInout || first.ellipsis != nil {
            return [
                Diagnostic(
                    node: first, message: Message.borrowedContext(kind),
                    fixIt: .replace(
                        message: Message.write(kind.context), oldNode: first,
                        newNode: first.with(\.type, type).with(\.ellipsis, nil)))
            ]
        }
        if isContext { return [] }
        // Only where another kind's context stands is it plain what was meant.
        let isOther = ServiceKind.allCases.contains {
            $0.contexts.contains { [$0.type, "Millrace.\($0.type)"].contains(type.trimmedDescription) }
        }
        let fixIts =
            isOther
            ? [
                FixIt.replace(
                    message: Message.write(kind.context), oldNode: first.type,
                    newNode: TypeSyntax("\(raw: kind.context)"))
            ] : []
        return [Diagnostic(node: first, message: message, fixIts: fixIts)]
    }

    /// The second parameter.
    private static func checkInput(
        _ input: Input, _ parameter: FunctionParameterSyntax, of function: FunctionDeclSyntax
    ) -> [Diagnostic] {
        let type = input.type
        if parameter.type.isInout {
            return [
                Diagnostic(
                    node: parameter, message: Message.inoutInput,
                    fixIt: .replace(message: Message.remove("inout"), oldNode: parameter.type, newNode: type))
            ]
        }
        if parameter.ellipsis != nil {
            let list: TypeSyntax = "[\(type)]"
            return [
                Diagnostic(
                    node: parameter, message: Message.variadicInput(list.description),
                    fixIt: .replace(
                        message: Message.write(list.description), oldNode: parameter,
                        newNode: parameter.with(\.type, list).with(\.ellipsis, nil)))
            ]
        }
        if type.is(SomeOrAnyTypeSyntax.self) {
            return [Diagnostic(node: parameter.type, message: Message.abstractInput(type.description))]
        }
        if type.wrappedType?.inputType == .span {
            return [
                Diagnostic(
                    node: parameter.type, message: Message.optionalSpan,
                    fixIt: .replace(
                        message: Message.write("RawSpan"), oldNode: parameter.type, newNode: TypeSyntax("RawSpan")))
            ]
        }
        guard type.inputType == .span else { return [] }
        var diagnostics: [Diagnostic] = []
        if let waiting = function.signature.effectSpecifiers?.asyncSpecifier {
            diagnostics.append(
                Diagnostic(
                    node: parameter.type, message: Message.spanInAsyncHandler,
                    fixIts: [
                        .replace(
                            message: Message.write("[UInt8]"), oldNode: parameter.type,
                            newNode: TypeSyntax("[UInt8]")),
                        .removing(waiting, message: .remove("async")),
                    ]))
        }
        if let serde = input.serde { diagnostics.append(Diagnostic(node: serde, message: Message.serdeForSpan)) }
        return diagnostics
    }
}

extension FunctionParameterSyntax {
    /// The argument label, or `nil` where there is none.
    fileprivate var label: String? { firstName.text == "_" ? nil : firstName.text }
}
