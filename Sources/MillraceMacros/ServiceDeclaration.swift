import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// A type marked with `@VirtualObject` or `@Service`, read and found fit.
struct ServiceDeclaration {
    /// Which of the two it is.
    let kind: ServiceKind
    /// The name that subscriptions and callers use.
    let name: String
    /// How far its members are visible.
    let access: AccessLevel
    /// The expression that the attribute's `options:` gives.
    let options: ExprSyntax?
    /// Its handlers in the order of the source. Those with errors are left out.
    let handlers: [HandlerDeclaration]

    /// Reads a type. Returns `nil` where no extension can be made of it; every error is diagnosed, at its own place.
    init?(
        _ kind: ServiceKind, _ attribute: AttributeSyntax, _ declaration: some DeclGroupSyntax,
        in context: some MacroExpansionContext
    ) {
        guard let type = declaration.as(StructDeclSyntax.self) else {
            context.diagnose(Self.notAStruct(kind, attribute, declaration))
            return nil
        }
        // The first of two kinds goes on; the others are diagnosed.
        let others = ServiceKind.allCases.prefix { $0 != kind }
        if let other = others.first(where: { type.attributes.attribute(named: $0.attribute) != nil }) {
            context.diagnose(
                Diagnostic(
                    node: attribute, message: Message.twoKinds(type: type.name.text, other, kind),
                    fixIt: .removing(attribute, message: .remove("@\(kind.attribute)"))))
            return nil
        }
        guard !Self.diagnoseGenerics(type, in: context), !Self.diagnosePrivate(type, in: context) else { return nil }
        if let actor = type.attributes.attribute(named: "MainActor") {
            context.diagnose(
                Diagnostic(
                    node: actor, message: Message.mainActor, fixIt: .removing(actor, message: .remove("@MainActor"))))
        }
        self.kind = kind
        name = ServiceName.read(from: attribute, declared: type.name, in: context)
        let surroundings = context.lexicalContext.first?.as(ExtensionDeclSyntax.self)?.modifiers
        access = AccessLevel(type.modifiers) ?? surroundings.flatMap { AccessLevel($0) } ?? .internal
        options = attribute.argument("options")?.trimmed
        handlers = Self.readHandlers(of: type, kind, in: context)
        if kind == .workflow { Self.checkRun(handlers, of: type, in: context) }
    }

    /// A workflow has one handler that runs it.
    private static func checkRun(
        _ handlers: [HandlerDeclaration], of type: StructDeclSyntax, in context: some MacroExpansionContext
    ) {
        let runs = handlers.filter { $0.contextType == ServiceKind.workflow.context }
        if runs.isEmpty, !handlers.isEmpty { context.diagnose(.noRun(type: type.name.text), at: type.name) }
        for second in runs.dropFirst() {
            context.diagnose(.secondRun(second.name, first: runs[0].name), at: second.function.name)
        }
    }

    private static func readHandlers(
        of type: StructDeclSyntax, _ kind: ServiceKind, in context: some MacroExpansionContext
    ) -> [HandlerDeclaration] {
        var handlers: [HandlerDeclaration] = []
        var names: Set<String> = []
        var marked = 0
        for member in type.memberBlock.members {
            if let condition = member.decl.as(IfConfigDeclSyntax.self) {
                marked += diagnoseHandlers(under: condition, in: context)
            }
            guard let function = member.decl.as(FunctionDeclSyntax.self),
                let attribute = function.attributes.attribute(named: "Handler")
            else { continue }
            marked += 1
            guard let handler = HandlerDeclaration(function, marked: attribute, of: kind, in: context) else { continue }
            if names.insert(handler.name).inserted {
                handlers.append(handler)
            } else {
                context.diagnose(.duplicateHandler(handler.name), at: attribute)
            }
        }
        if marked == 0 { context.diagnose(.noHandlers(type: type.name.text, kind), at: type.name) }
        return handlers
    }

    /// Macros see a type before `#if` is decided, so a handler there would be registered always or never.
    private static func diagnoseHandlers(
        under condition: IfConfigDeclSyntax, in context: some MacroExpansionContext
    ) -> Int {
        var count = 0
        for clause in condition.clauses {
            guard case .decls(let members) = clause.elements else { continue }
            for member in members {
                if let nested = member.decl.as(IfConfigDeclSyntax.self) {
                    count += diagnoseHandlers(under: nested, in: context)
                } else if let attribute = member.decl.as(FunctionDeclSyntax.self)?.attributes.attribute(
                    named: "Handler")
                {
                    count += 1
                    context.diagnose(.conditionalHandler, at: attribute)
                }
            }
        }
        return count
    }

    private static func notAStruct(
        _ kind: ServiceKind, _ attribute: AttributeSyntax, _ declaration: some DeclGroupSyntax
    ) -> Diagnostic {
        let name = declaration.asProtocol((any NamedDeclSyntax).self)?.name.text ?? "it"
        let message = Message.notAStruct(kind, type: name, keyword: declaration.introducer.text)
        guard [.keyword(.class), .keyword(.actor)].contains(declaration.introducer.tokenKind) else {
            return Diagnostic(node: declaration.introducer, message: message)
        }
        var changes: [FixIt.Change] = [
            .replace(oldNode: Syntax(declaration.introducer), newNode: Syntax(TokenSyntax.keyword(.struct)))
        ]
        if let final = declaration.modifiers.first(where: { $0.name.tokenKind == .keyword(.final) }) {
            changes += FixIt.removing(final, message: .remove("final")).changes
        }
        let fixIt = FixIt(message: Message.write("struct"), changes: changes)
        return Diagnostic(node: declaration.introducer, message: message, fixIt: fixIt)
    }

    /// Diagnoses generic parameters of the type or of one around it, and returns whether there are any.
    private static func diagnoseGenerics(_ type: StructDeclSyntax, in context: some MacroExpansionContext) -> Bool {
        if let parameters = type.genericParameterClause {
            context.diagnose(.genericType(type.name.text), at: parameters)
            return true
        }
        for outer in context.lexicalContext {
            let outerType = outer.asProtocol((any WithGenericParametersSyntax).self)
            guard outerType?.genericParameterClause != nil else { continue }
            let name = outer.asProtocol((any NamedDeclSyntax).self)?.name.text ?? "a generic type"
            context.diagnose(.insideGenericType(type.name.text, outer: name), at: type.name)
            return true
        }
        return false
    }

    /// Diagnoses a type that is private to another one, and returns whether it is: the extension stands outside of both.
    private static func diagnosePrivate(_ type: StructDeclSyntax, in context: some MacroExpansionContext) -> Bool {
        guard let outer = context.lexicalContext.first,
            let modifier = type.modifiers.first(where: { $0.name.tokenKind == .keyword(.private) })
        else { return false }
        let name =
            outer.asProtocol((any NamedDeclSyntax).self)?.name.text
            ?? outer.as(ExtensionDeclSyntax.self)?.extendedType.trimmedDescription ?? "a function"
        context.diagnose(
            Diagnostic(
                node: modifier, message: Message.privateInside(type.name.text, outer: name),
                fixIt: .replace(
                    message: Message.write("fileprivate"), oldNode: modifier.name,
                    newNode: TokenSyntax.keyword(.fileprivate))))
        return true
    }
}
