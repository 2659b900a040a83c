import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// A struct marked with `@JSON`, read and found fit.
struct JSONStructDeclaration {
    /// A stored property.
    struct Member {
        /// As it is written, with backticks where it needs them.
        let property: String
        /// The name in documents.
        let name: String
        /// `nil` for a constant with a value, which is written and never read, as `Codable` has it.
        let type: String?
    }

    private let header: JSONTypeHeader
    private let members: [Member]
    /// Whether the coding keys leave stored properties out.
    private let hasUncoded: Bool

    /// Reads a struct, or diagnoses what cannot be read and returns `nil`.
    init?(_ type: StructDeclSyntax, _ header: JSONTypeHeader, in context: some MacroExpansionContext) {
        self.header = header
        var reader = MemberReader(header: header)
        reader.read(type.memberBlock.members)
        if reader.members.count > 128 {
            reader.diagnostics.append(
                Diagnostic(node: type.name, message: Message.tooManyMembers(type: type.name.text, reader.members.count))
            )
        }
        for diagnostic in reader.diagnostics { context.diagnose(diagnostic) }
        guard reader.diagnostics.isEmpty else { return nil }
        members = reader.members
        hasUncoded = reader.hasUncoded
    }

    /// What the macro adds.
    func `extension`(of type: String) -> ExtensionDeclSyntax {
        let modifier = header.access.memberModifier
        let read = members.enumerated().compactMap { index, member in
            member.type.map { (index: index, member: member, type: $0) }
        }
        let names = read.map { JSONTypeHeader.literal($0.member.name) }.joined(separator: ", ")
        let variables = read.map { "        var _\($0.index): Swift.Optional<\($0.type)> = nil\n" }.joined()
        let cases = read.enumerated().map { place, element in
            "            case \(place): _\(element.index) = try reader.read((\(element.type)).self)\n"
        }.joined()
        let assignments = read.map {
            "        self.\($0.member.property) = try Millrace.JSONReader.required(_\($0.index))\n"
        }.joined()
        let writes = members.map {
            "        try writer.member(\(JSONTypeHeader.token($0.name)), self.\($0.property))\n"
        }.joined()
        // What is left out does not come back.
        let sizes =
            hasUncoded
            ? "        size.giveUp()\n"
            : "        size.add(bytes: \(2 + members.map { JSONTypeHeader.tokenBytes($0.name) }.reduce(0, +)))\n"
                + members.map { "        size.member(self.\($0.property))\n" }.joined()
        let text = """
            extension \(type): Millrace.JSONReadable, Millrace.JSONWritable {
                private enum _JSONNames {
                    static let members = Millrace.JSONNames([\(names)])
                }

                /// Reads a value as `init(from:)` does.
                \(modifier)init(json reader: inout Millrace.JSONReader) throws {
                    var object = try reader.beginObject(_JSONNames.members)
            \(variables)        members: while true {
                        switch try reader.nextMember(&object) {
            \(cases)            default: break members
                        }
                    }
            \(assignments)    }

                /// Writes the value as `encode(to:)` does.
                \(modifier)func write(json writer: inout Millrace.JSONWriter) throws {
                    let start = writer.begin()
            \(writes)        writer.endObject(start)
                }

                /// Adds the most bytes that the value's document may have.
                \(modifier)func addSize(to size: inout Millrace.JSONSize) {
            \(sizes)    }
            }
            """
        let declaration: DeclSyntax = "\(raw: text)"
        return declaration.cast(ExtensionDeclSyntax.self)
    }
}

extension JSONStructDeclaration {
    /// Finds a struct's stored properties.
    private struct MemberReader {
        let header: JSONTypeHeader
        var members: [Member] = []
        var hasUncoded = false
        var diagnostics: [Diagnostic] = []

        mutating func read(_ list: MemberBlockItemListSyntax) {
            for member in list {
                if let condition = member.decl.as(IfConfigDeclSyntax.self) {
                    diagnoseStored(under: condition)
                } else if let variable = member.decl.as(VariableDeclSyntax.self), variable.isStored {
                    read(variable)
                }
            }
        }

        private mutating func read(_ variable: VariableDeclSyntax) {
            let bindings = Array(variable.bindings)
            for (index, binding) in bindings.enumerated() where !binding.isComputed {
                guard let pattern = binding.pattern.as(IdentifierPatternSyntax.self) else {
                    diagnostics.append(Diagnostic(node: binding.pattern, message: Message.tuplePattern))
                    continue
                }
                let property = pattern.identifier.text
                var name = pattern.identifier.unquoted
                if let keys = header.codingKeys {
                    guard let key = keys[name] else {
                        hasUncoded = true
                        continue
                    }
                    name = key
                }
                guard !diagnoseModifiers(of: variable, property) else { continue }
                let isConstant = variable.bindingSpecifier.tokenKind == .keyword(.let) && binding.initializer != nil
                // In `var a, b: Int` the type stands at the last one.
                let type =
                    binding.typeAnnotation?.type
                    ?? bindings[index...].first { $0.typeAnnotation != nil }?.typeAnnotation?.type
                let written = type?.codedText ?? binding.initializer?.value.literalType
                guard written != nil || isConstant else {
                    diagnostics.append(Diagnostic(node: binding, message: Message.untypedMember(property)))
                    continue
                }
                members.append(Member(property: property, name: name, type: isConstant ? nil : written))
            }
        }

        private mutating func diagnoseModifiers(of variable: VariableDeclSyntax, _ property: String) -> Bool {
            for modifier in variable.modifiers {
                switch modifier.name.tokenKind {
                case .keyword(.lazy), .keyword(.weak), .keyword(.unowned):
                    diagnostics.append(
                        Diagnostic(node: modifier, message: Message.modifiedMember(property, modifier.name.text)))
                    return true
                default: continue
                }
            }
            for element in variable.attributes {
                guard let attribute = element.as(AttributeSyntax.self) else { continue }
                let name = attribute.attributeName.trimmedDescription
                if ["available", "usableFromInline", "inlinable", "safe", "unsafe"].contains(name) { continue }
                diagnostics.append(Diagnostic(node: attribute, message: Message.wrappedMember(property, name)))
                return true
            }
            return false
        }

        /// Macros see a type before `#if` is decided.
        private mutating func diagnoseStored(under condition: IfConfigDeclSyntax) {
            for clause in condition.clauses {
                guard case .decls(let list) = clause.elements else { continue }
                for member in list {
                    if let nested = member.decl.as(IfConfigDeclSyntax.self) {
                        diagnoseStored(under: nested)
                    } else if let variable = member.decl.as(VariableDeclSyntax.self), variable.isStored,
                        variable.bindings.contains(where: { !$0.isComputed })
                    {
                        diagnostics.append(Diagnostic(node: variable, message: Message.conditionalMember))
                    }
                }
            }
        }
    }
}

extension VariableDeclSyntax {
    /// Whether it belongs to the values and not to the type.
    fileprivate var isStored: Bool {
        !modifiers.contains { $0.name.tokenKind == .keyword(.static) || $0.name.tokenKind == .keyword(.class) }
    }
}

extension PatternBindingSyntax {
    /// Whether it has a getter. Observers alone leave it a stored property.
    fileprivate var isComputed: Bool {
        guard let accessors = accessorBlock?.accessors else { return false }
        guard case .accessors(let list) = accessors else { return true }
        return list.contains { ![.keyword(.willSet), .keyword(.didSet)].contains($0.accessorSpecifier.tokenKind) }
    }
}

extension TypeSyntax {
    /// The type as generated code writes it: `T!` as `T?`.
    var codedText: String {
        if let optional = self.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) {
            return optional.wrappedType.trimmedDescription + "?"
        }
        return trimmedDescription
    }
}

extension ExprSyntax {
    /// The type that a literal has by itself.
    fileprivate var literalType: String? {
        switch kind {
        case .stringLiteralExpr: "Swift.String"
        case .integerLiteralExpr: "Swift.Int"
        case .floatLiteralExpr: "Swift.Double"
        case .booleanLiteralExpr: "Swift.Bool"
        default: nil
        }
    }
}
