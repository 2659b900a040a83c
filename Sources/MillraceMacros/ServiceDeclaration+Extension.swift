import SwiftSyntax
import SwiftSyntaxBuilder

extension ServiceDeclaration {
    /// What the macro adds: the conformance, the service's definition, and the client that sends to it.
    func `extension`(of type: String, conforms: Bool) -> ExtensionDeclSyntax {
        let modifier = access.memberModifier
        let conformance = conforms ? ": Millrace.\(kind.conformance)" : ""
        let definitions = handlers.enumerated().map { definition(of: $1, at: $0) }
        let serdes = handlers.enumerated().compactMap { serde(of: $1, at: $0, of: type) }
        let functions = handlers.enumerated().map { function(of: $1, at: $0, of: type) }
        let text = """
            extension \(type)\(conformance) {
                /// The name that subscriptions and callers use.
                \(modifier)static var serviceName: String { \(literal(name)) }

                /// The service with its handlers.
                \(modifier)var definition: Millrace.ServiceDefinition {
                    Millrace.ServiceDefinition(
                        name: Self.serviceName, kind: .\(kind.definition),
                        handlers: [
            \(definitions.joined(separator: "\n"))
                        ])
                }

                /// Sends to the handlers of ``\(type)``.
                \(modifier)struct SendClient: Millrace.ServiceClient {
            \(serdes.map { $0 + "\n" }.joined())        private let _sender: Millrace.InvocationSender

                    /// A client that sends through `sender`.
                    \(modifier)init(_ sender: Millrace.InvocationSender) { _sender = sender }

            \(functions.joined(separator: "\n\n"))
                }
            }
            """
        let declaration: DeclSyntax = "\(raw: text)"
        return declaration.cast(ExtensionDeclSyntax.self)
    }

    /// One element of the definition's `handlers`.
    private func definition(of handler: HandlerDeclaration, at index: Int) -> String {
        let function = handler.isAsync ? "suspending" : "direct"
        let effects = (handler.isThrowing ? "try " : "") + (handler.isAsync ? "await " : "")
        var serde = ""
        var parameters = "context"
        var arguments = handler.contextLabel.map { "\($0): context" } ?? "context"
        if let input = handler.input {
            if input.type.inputType != .span { serde = ", input: SendClient.\(serdeName(index))" }
            parameters += ", input"
            arguments += ", " + (input.label.map { "\($0): input" } ?? "input")
        }
        return """
                            .\(function)(\(literal(handler.name)), Millrace.\(kind.context).init\(serde)) { \(parameters) in
                                \(effects)self.\(handler.function.name.text)(\(arguments))
                            },
            """
    }

    /// The serde of an input, made once: the definition decodes with it and the client encodes.
    private func serde(of handler: HandlerDeclaration, at index: Int, of type: String) -> String? {
        guard let input = handler.input else { return nil }
        let value = input.type.wrappedType ?? input.type
        let wrapped = value.text(replacingSelfBy: type)
        var serde =
            switch (input.serde, value.inputType) {
            case (let expression?, _): "(\(expression.text(replacingSelfBy: type)) as Millrace.Serde<\(wrapped)>)"
            case (nil, .span): "Millrace.Serde<[UInt8]>.bytes"
            case (nil, .bytes): "Millrace.Serde<\(wrapped)>.bytes"
            case (nil, .value): "Millrace.Serde<\(wrapped)>.json"
            }
        if input.type.wrappedType != nil { serde += ".optional" }
        return "        fileprivate static let \(serdeName(index)) = \(serde)"
    }

    /// The client's function for a handler.
    private func function(of handler: HandlerDeclaration, at index: Int, of type: String) -> String {
        var parameters = ""
        var arguments = literal(handler.name)
        if let input = handler.input {
            let label = input.label ?? "_"
            let inputType = input.type.inputType == .span ? "[UInt8]" : input.type.text(replacingSelfBy: type)
            parameters = (label == input.name ? label : "\(label) \(input.name)") + ": \(inputType)"
            arguments += ", \(input.name), Self.\(serdeName(index))"
        }
        return """
                    /// Sends to the handler `\(handler.name)`, and returns the new invocation's id.
                    @discardableResult
                    \(modifier(of: handler))func \(handler.function.name.text)(\(parameters)) -> Millrace.InvocationID? {
                        self._sender.send(\(arguments))
                    }
            """
    }

    /// A client's function is as visible as the service, unless the handler itself is declared to be less.
    private func modifier(of handler: HandlerDeclaration) -> String {
        guard let own = AccessLevel(handler.function.modifiers), own < access else { return access.memberModifier }
        switch own {
        // What is private in the service would be of no use as private in the client.
        case .private, .fileprivate: return "fileprivate "
        case .internal: return "internal "
        case .package, .public: return own.memberModifier
        }
    }

    private func serdeName(_ index: Int) -> String { "_input\(index)" }

    private func literal(_ text: String) -> String { StringLiteralExprSyntax(content: text).description }
}

extension SyntaxProtocol {
    /// The source text, with `Self` spelled out: inside the client it would mean the client.
    fileprivate func text(replacingSelfBy type: String) -> String {
        trimmed.tokens(viewMode: .sourceAccurate).map { token in
            guard token.tokenKind == .keyword(.Self) else { return token.description }
            return token.leadingTrivia.description + type + token.trailingTrivia.description
        }.joined()
    }
}
