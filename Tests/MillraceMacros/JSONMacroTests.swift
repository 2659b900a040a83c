import Testing

@testable import MillraceMacros

@Suite("JSONMacro")
struct JSONMacroTests {
    @Test func readsAndWritesTheMembersOfAStruct() {
        let expansion = Expansion(
            """
            @JSON struct UserEvent: Codable {
                let userId: String
                var name: String?
            }
            """)
        #expect(expansion.messages == [])
        #expect(
            expansion.text.hasSuffix(
                ##"""
                extension UserEvent: Millrace.JSONReadable, Millrace.JSONWritable {
                    private enum _JSONNames {
                        static let members = Millrace.JSONNames(["userId", "name"])
                    }

                    /// Reads a value as `init(from:)` does.
                    init(json reader: inout Millrace.JSONReader) throws {
                        var object = try reader.beginObject(_JSONNames.members)
                        var _0: Swift.Optional<String> = nil
                        var _1: Swift.Optional<String?> = nil
                        members: while true {
                            switch try reader.nextMember(&object) {
                            case 0: _0 = try reader.read((String).self)
                            case 1: _1 = try reader.read((String?).self)
                            default: break members
                            }
                        }
                        self.userId = try Millrace.JSONReader.required(_0)
                        self.name = try Millrace.JSONReader.required(_1)
                    }

                    /// Writes the value as `encode(to:)` does.
                    func write(json writer: inout Millrace.JSONWriter) throws {
                        let start = writer.begin()
                        try writer.member(#","userId":"#, self.userId)
                        try writer.member(#","name":"#, self.name)
                        writer.endObject(start)
                    }

                    /// Adds the most bytes that the value's document may have.
                    func addSize(to size: inout Millrace.JSONSize) {
                        size.add(bytes: 20)
                        size.member(self.userId)
                        size.member(self.name)
                    }
                }
                """##))
    }

    @Test func readsAndWritesTheCasesOfAnEnum() {
        let expansion = Expansion(
            """
            @JSON public enum Shape: Codable {
                case circle(radius: Double)
                case pair(Int, of: String?)
                case nothing
            }
            """)
        #expect(expansion.messages == [])
        for text in [
            #"static let cases = Millrace.JSONNames(["circle", "pair", "nothing"])"#,
            #"static let values1 = Millrace.JSONNames(["_0", "of"])"#,
            "public init(json reader: inout Millrace.JSONReader) throws {",
            "value = .circle(radius: try Millrace.JSONReader.required(_0))",
            "value = .pair(try Millrace.JSONReader.required(_0), of: try Millrace.JSONReader.required(_1))",
            "value = .nothing\n",
            "case .pair(let _0, let _1):",
            ##"try writer.member(#","_0":"#, _0)"##,
            "public func addSize(to size: inout Millrace.JSONSize) {",
            "size.add(bytes: 24)\n            size.member(_0)\n            size.member(_1)",
        ] {
            #expect(expansion.text.contains(text), "\(text)")
        }
    }

    @Test func readsAndWritesRawValues() {
        let expansion = Expansion(#"@JSON enum Color: String, Codable { case red, green = "grün" }"#)
        #expect(expansion.messages == [])
        #expect(expansion.text.contains("Self(rawValue: try reader.read(String.self))"))
        #expect(expansion.text.contains("try rawValue.write(json: &writer)"))
        #expect(expansion.text.contains("{ rawValue.addSize(to: &size) }"))
    }

    @Test func takesTheNamesOfCodingKeysAndOnlyThoseMembers() {
        let expansion = Expansion(
            #"""
            @JSON struct Event: Codable {
                var id: Int
                var `default`: Int
                var local = "x"
                let version = 3
                static let shared = 1
                var doubled: Int { id * 2 }
                var seen: Int = 0 { didSet {} }
                enum CodingKeys: String, CodingKey { case id = "a\"\n", `default`, version, seen }
            }
            """#)
        #expect(expansion.messages == [])
        #expect(expansion.text.contains(###"Millrace.JSONNames([#"a"\#n"#, "default", "seen"])"###))
        #expect(expansion.text.contains("self.`default` = try"))
        #expect(expansion.text.contains(##"try writer.member(#","version":"#, self.version)"##))
        #expect(!expansion.text.contains("self.version = try"))
        // 'local' does not come back, so the value is more than its document.
        #expect(expansion.text.contains("size.giveUp()"))
        #expect(!expansion.text.contains("self.local ="))
        #expect(!expansion.text.contains("self.doubled"))
    }

    @Test func takesTheTypesOfLiteralsAndOfNeighbours() {
        let text = Expansion(
            #"@JSON struct E: Codable { var a, b: Int; var c = 1; var d = ""; var e = 1.5; var f = true }"#
        )
        .text
        for type in ["_0: Swift.Optional<Int>", "_1: Swift.Optional<Int>", "_2: Swift.Optional<Swift.Int>"] {
            #expect(text.contains(type), "\(type)")
        }
        #expect(text.contains("_3: Swift.Optional<Swift.String>"))
        #expect(text.contains("_4: Swift.Optional<Swift.Double>"))
        #expect(text.contains("_5: Swift.Optional<Swift.Bool>"))
    }

    /// What it cannot do: a message that says why and what to write instead, and no code.
    @Test(arguments: [
        ("@JSON final class Event: Codable { var id = 1 }", "leave the class 'Event' to its 'Codable' conformance"),
        ("@JSON actor Event { var id = 1 }", "leave the actor 'Event' to its 'Codable' conformance"),
        ("@JSON struct Event<T: Codable>: Codable { var id: T }", "write a struct for each case"),
        ("struct Outer<T> { @JSON struct Event: Codable { var id: Int } }", "inside the generic 'Outer'; move it out"),
        ("@JSON struct Event: Codable { init(from decoder: any Decoder) throws {} }", "has an init(from:) of its own"),
        (
            "@JSON struct Event: Codable { func encode(to encoder: any Encoder) throws {} }",
            "has an encode(to:) of its own"
        ),
        ("@JSON struct Event: Codable { var (a, b) = (1, 2) }", "declare each in a line of its own"),
        ("@JSON struct Event: Codable { var id = make() }", "write the type of 'id'"),
        ("@JSON struct Event: Codable { lazy var id: Int = 1 }", "cannot read the lazy property 'id'"),
        ("@JSON struct Event: Codable { @Clamped var id: Int }", "does not see what @Clamped makes of 'id'"),
        ("@JSON struct Event: Codable {\n#if DEBUG\nvar id: Int\n#endif\n}", "before #if is decided"),
        ("@JSON enum Event: Raw, Codable { case a = 1 }", "does not know the raw type of 'Event'"),
        ("@JSON enum Event: Codable {}", "has no cases"),
        ("@JSON enum Event: Codable { case a(Int = 1) }", "has its own way with defaults"),
        (
            "@JSON enum Event: Codable { case a, b; enum CodingKeys: String, CodingKey { case a } }",
            "'b' has no coding key; add 'case b'"
        ),
    ])
    func saysWhatItCannotDo(source: String, words: String) {
        let expansion = Expansion(source)
        #expect(expansion.messages.count == 1)
        #expect(expansion.messages.first?.contains(words) == true, "\(expansion.messages)")
        #expect(!expansion.text.contains("extension"))
    }

    @Test func countsMembersAndCases() {
        func members(_ count: Int) -> String { (0..<count).map { "var m\($0): Int\n" }.joined() }
        func cases(_ count: Int) -> String { (0..<count).map { "case c\($0)\n" }.joined() }
        #expect(Expansion("@JSON struct Event: Codable {\n\(members(128))}").messages == [])
        #expect(
            Expansion("@JSON struct Event: Codable {\n\(members(129))}").messages.first?.contains("has 129 members")
                == true)
        #expect(Expansion("@JSON enum Event: Codable {\n\(cases(128))}").messages == [])
        #expect(Expansion("@JSON enum Event: Codable {\n\(cases(129))}").messages.count == 1)
        #expect(Expansion("@JSON enum Event: Int, Codable {\n\(cases(500))}").messages == [])
    }
}
