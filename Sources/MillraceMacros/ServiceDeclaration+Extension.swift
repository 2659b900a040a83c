import SwiftSyntax
import SwiftSyntaxBuilder

extension ServiceDeclaration {
    /// What the macro adds: the conformance, the service's definition, and the clients that send to it and call it.
    func `extension`(of type: String, conforms: Bool) -> ExtensionDeclSyntax {
        let modifier = access.memberModifier
        let conformance = conforms ? ": Millrace.\(kind.conformance)" : ""
        let definitions = handlers.enumerated().map { definition(of: $1, at: $0) }
        let serdes = handlers.enumerated().flatMap { self.serdes(of: $1, at: $0, of: type) }
        let sends = handlers.enumerated().map { sendFunction(of: $1, at: $0, of: type) }
        let calls = handlers.enumerated().map { callFunction(of: $1, at: $0, of: type) }
        let serdeList =
            serdes.isEmpty
            ? ""
            : """

                fileprivate enum _Serdes {
            \(serdes.joined(separator: "\n"))
                }

            """
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
                        ]\(options.map { ", options: \($0.text(replacingSelfBy: type))" } ?? ""))
                }
            \(serdeList)
                /// Sends to the handlers of ``\(type)``.
                \(modifier)struct SendClient: Millrace.ServiceClient {
                    private let _sender: Millrace.InvocationSender

                    /// A client that sends through `sender`.
                    \(modifier)init(_ sender: Millrace.InvocationSender) { _sender = sender }

            \(sends.joined(separator: "\n\n"))
                }

                /// Calls the handlers of ``\(type)``.
                \(modifier)struct CallClient: Millrace.ServiceCallClient {
                    private let _caller: Millrace.InvocationCaller

                    /// A client that calls through `caller`.
                    \(modifier)init(_ caller: Millrace.InvocationCaller) { _caller = caller }

            \(calls.joined(separator: "\n\n"))
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
            if input.type.inputType != .span { serde = ", input: _Serdes.input\(index)" }
            parameters += ", input"
            arguments += ", " + (input.label.map { "\($0): input" } ?? "input")
        }
        if handler.output != nil { serde += ", output: _Serdes.output\(index)" }
        let handlerKind = kind.contexts.first { $0.type == handler.contextType }?.kind
        let suffix =
            (handlerKind.map { ".kind(.\($0))" } ?? "")
            + (handler.options.map { ".options(\($0.trimmedDescription))" } ?? "")
        return """
                            .\(function)(\(literal(handler.name)), Millrace.\(handler.contextType).init\(serde)) { \(parameters) in
                                \(effects)self.\(handler.function.name.text)(\(arguments))
                            }\(suffix),
            """
    }

    /// The serdes of input and result, made once: the definition uses the one side, the clients the other.
    private func serdes(of handler: HandlerDeclaration, at index: Int, of type: String) -> [String] {
        var serdes: [String] = []
        if let input = handler.input {
            serdes.append("        static let input\(index) = \(serde(input.type, input.serde, of: type))")
        }
        if let output = handler.output {
            serdes.append("        static let output\(index) = \(serde(output, handler.outputSerde, of: type))")
        }
        return serdes
    }

    private func serde(_ written: TypeSyntax, _ given: ExprSyntax?, of type: String) -> String {
        let value = written.wrappedType ?? written
        let wrapped = value.text(replacingSelfBy: type)
        let serde =
            switch (given, value.inputType) {
            case (let expression?, _): "(\(expression.text(replacingSelfBy: type)) as Millrace.Serde<\(wrapped)>)"
            case (nil, .span): "Millrace.Serde<[UInt8]>.bytes"
            case (nil, .bytes): "Millrace.Serde<\(wrapped)>.bytes"
            case (nil, .value): "Millrace.Serde<\(wrapped)>.json"
            }
        return written.wrappedType == nil ? serde : serde + ".optional"
    }

    /// The parameter of a client's function, and the arguments that pass it on.
    private func parameters(of handler: HandlerDeclaration, at index: Int, of type: String) -> (String, String) {
        guard let input = handler.input else { return ("", literal(handler.name)) }
        let label = input.label ?? "_"
        let inputType = input.type.inputType == .span ? "[UInt8]" : input.type.text(replacingSelfBy: type)
        return (
            (label == input.name ? label : "\(label) \(input.name)") + ": \(inputType)",
            literal(handler.name) + ", \(input.name), _Serdes.input\(index)"
        )
    }

    /// The sending client's function for a handler.
    private func sendFunction(of handler: HandlerDeclaration, at index: Int, of type: String) -> String {
        let (parameters, arguments) = parameters(of: handler, at: index, of: type)
        return """
                    /// Sends to the handler `\(handler.name)`, and returns the new invocation's id.
                    @discardableResult
                    \(modifier(of: handler))func \(handler.function.name.text)(\(parameters)) -> Millrace.InvocationID? {
                        self._sender.send(\(arguments))
                    }
            """
    }

    /// The calling client's function for a handler.
    private func callFunction(of handler: HandlerDeclaration, at index: Int, of type: String) -> String {
        let (parameters, arguments) = parameters(of: handler, at: index, of: type)
        let output = handler.output?.text(replacingSelfBy: type) ?? "Void"
        let serde = handler.output == nil ? "" : ", output: _Serdes.output\(index)"
        return """
                    /// Calls the handler `\(handler.name)`.
                    \(modifier(of: handler))func \(handler.function.name.text)(\(parameters)) -> Millrace.DurableCall<\(output)> {
                        self._caller.call(\(arguments)\(serde))
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
