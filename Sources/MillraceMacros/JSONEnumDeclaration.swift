import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// An enum marked with `@JSON`, read and found fit.
struct JSONEnumDeclaration {
    /// One case.
    struct Case {
        /// As it is written, with backticks where it needs them.
        let identifier: String
        /// The name in documents.
        let name: String
        let values: [Value]
    }

    /// An associated value.
    struct Value {
        /// The argument label, or `nil` where there is none.
        let label: String?
        /// The name in documents; `nil` where the coding keys leave it out.
        let name: String
        let type: String
    }

    private let header: JSONTypeHeader
    private let rawType: String?
    private let cases: [Case]

    /// Reads an enum, or diagnoses what cannot be read and returns `nil`.
    init?(_ type: EnumDeclSyntax, _ header: JSONTypeHeader, in context: some MacroExpansionContext) {
        self.header = header
        rawType = type.inheritanceClause?.inheritedTypes.first.flatMap { first in
            let name = first.type.trimmedDescription
            return Self.rawTypes.contains(name.replacing("Swift.", with: "")) ? name : nil
        }
        if rawType != nil {
            cases = []
            return
        }
        var cases: [Case] = []
        var diagnostics: [Diagnostic] = []
        for member in type.memberBlock.members {
            if let condition = member.decl.as(IfConfigDeclSyntax.self), condition.description.contains("case ") {
                diagnostics.append(Diagnostic(node: condition, message: Message.conditionalMember))
            }
            guard let declaration = member.decl.as(EnumCaseDeclSyntax.self) else { continue }
            for element in declaration.elements {
                if let value = element.rawValue {
                    diagnostics.append(Diagnostic(node: value, message: Message.unknownRawType(type: type.name.text)))
                    continue
                }
                if let read = Self.read(element, type, header, &diagnostics) { cases.append(read) }
            }
        }
        if cases.isEmpty, diagnostics.isEmpty {
            diagnostics.append(Diagnostic(node: type.name, message: Message.noCases(type: type.name.text)))
        }
        if cases.count > 128 {
            diagnostics.append(
                Diagnostic(node: type.name, message: Message.tooManyMembers(type: type.name.text, cases.count)))
        }
        for diagnostic in diagnostics { context.diagnose(diagnostic) }
        guard diagnostics.isEmpty else { return nil }
        self.cases = cases
    }

    private static let rawTypes: Set<String> = [
        "String", "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64", "Double",
        "Float",
    ]

    private static func read(
        _ element: EnumCaseElementSyntax, _ type: EnumDeclSyntax, _ header: JSONTypeHeader,
        _ diagnostics: inout [Diagnostic]
    ) -> Case? {
        let plain = element.name.unquoted
        var name = plain
        if let keys = header.codingKeys {
            guard let key = keys[plain] else {
                diagnostics.append(Diagnostic(node: element, message: Message.caseWithoutKey(plain)))
                return nil
            }
            name = key
        }
        let keys = JSONTypeHeader.names(type, plain.prefix(1).uppercased() + plain.dropFirst() + "CodingKeys")
        var values: [Value] = []
        for (index, parameter) in (element.parameterClause?.parameters ?? []).enumerated() {
            if let value = parameter.defaultValue {
                diagnostics.append(Diagnostic(node: value, message: Message.defaultedValue(plain)))
                return nil
            }
            let label = parameter.firstName.flatMap { $0.text == "_" ? nil : $0 }
            let own = label?.unquoted ?? "_\(index)"
            if let keys, keys[own] == nil {
                diagnostics.append(Diagnostic(node: parameter, message: Message.caseWithoutKey(own)))
                return nil
            }
            values.append(Value(label: label?.text, name: keys?[own] ?? own, type: parameter.type.codedText))
        }
        return Case(identifier: element.name.text, name: name, values: values)
    }

    /// What the macro adds.
    func `extension`(of type: String) -> ExtensionDeclSyntax {
        let modifier = header.access.memberModifier
        let lists = cases.enumerated().map {
            "        static let values\($0) = Millrace.JSONNames([\(names($1.values.map(\.name)))])\n"
        }.joined()
        let text =
            rawType.map { rawText(type, modifier, $0) }
                ?? """
                extension \(type): Millrace.JSONReadable, Millrace.JSONWritable {
                    private enum _JSONNames {
                        static let cases = Millrace.JSONNames([\(names(cases.map(\.name)))])
                \(lists)    }

                    /// Reads a value as `init(from:)` does.
                    \(modifier)init(json reader: inout Millrace.JSONReader) throws {
                        var object = try reader.beginObject(_JSONNames.cases)
                        var value: Self? = nil
                        cases: while true {
                            let index = try reader.nextMember(&object)
                            if index >= 0, value != nil { throw Millrace.JSONMismatch() }
                            switch index {
                \(cases.enumerated().map { reading($1, at: $0) }.joined())            default: break cases
                            }
                        }
                        self = try Millrace.JSONReader.required(value)
                    }

                    /// Writes the value as `encode(to:)` does.
                    \(modifier)func write(json writer: inout Millrace.JSONWriter) throws {
                        let start = writer.begin()
                        switch self {
                \(cases.map { writing($0) }.joined())        }
                        writer.endObject(start)
                    }

                    /// Adds the most bytes that the value's document may have.
                    \(modifier)func addSize(to size: inout Millrace.JSONSize) {
                        switch self {
                \(cases.map { sizing($0) }.joined())        }
                    }
                }
                """
        let declaration: DeclSyntax = "\(raw: text)"
        return declaration.cast(ExtensionDeclSyntax.self)
    }

    private func names(_ names: [String]) -> String { names.map { JSONTypeHeader.literal($0) }.joined(separator: ", ") }

    private func reading(_ element: Case, at index: Int) -> String {
        let variables = element.values.enumerated().map {
            "                var _\($0): Swift.Optional<\($1.type)> = nil\n"
        }.joined()
        let cases = element.values.enumerated().map {
            "                    case \($0): _\($0) = try reader.read((\($1.type)).self)\n"
        }.joined()
        let arguments = element.values.enumerated().map { index, value in
            (value.label.map { "\($0): " } ?? "") + "try Millrace.JSONReader.required(_\(index))"
        }.joined(separator: ", ")
        return """
                        case \(index):
                            var values = try reader.beginObject(_JSONNames.values\(index))
            \(variables)                values: while true {
                                switch try reader.nextMember(&values) {
            \(cases)                    default: break values
                                }
                            }
                            value = .\(element.identifier)\(arguments.isEmpty ? "" : "(\(arguments))")

            """
    }

    private func writing(_ element: Case) -> String {
        let bindings =
            element.values.isEmpty
            ? "" : "(" + element.values.indices.map { "let _\($0)" }.joined(separator: ", ") + ")"
        let writes = element.values.enumerated().map {
            "            try writer.member(\(JSONTypeHeader.token($1.name)), _\($0))\n"
        }.joined()
        return """
                    case .\(element.identifier)\(bindings):
                        writer.member(\(JSONTypeHeader.token(element.name)))
                        let values = writer.begin()
            \(writes)            writer.endObject(values)

            """
    }

    private func sizing(_ element: Case) -> String {
        let bindings =
            element.values.isEmpty
            ? "" : "(" + element.values.indices.map { "let _\($0)" }.joined(separator: ", ") + ")"
        let bytes = 4 + ([element.name] + element.values.map(\.name)).map { JSONTypeHeader.tokenBytes($0) }.reduce(0, +)
        let members = element.values.indices.map { "            size.member(_\($0))\n" }.joined()
        return """
                    case .\(element.identifier)\(bindings):
                        size.add(bytes: \(bytes))
            \(members)
            """
    }

    private func rawText(_ type: String, _ modifier: String, _ rawType: String) -> String {
        """
        extension \(type): Millrace.JSONReadable, Millrace.JSONWritable {
            /// Reads a value as `init(from:)` does.
            \(modifier)init(json reader: inout Millrace.JSONReader) throws {
                self = try Millrace.JSONReader.required(Self(rawValue: try reader.read(\(rawType).self)))
            }

            /// Writes the value as `encode(to:)` does.
            \(modifier)func write(json writer: inout Millrace.JSONWriter) throws {
                try rawValue.write(json: &writer)
            }

            /// Adds the most bytes that the value's document may have.
            \(modifier)func addSize(to size: inout Millrace.JSONSize) { rawValue.addSize(to: &size) }
        }
        """
    }
}
