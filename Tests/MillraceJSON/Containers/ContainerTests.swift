import MillraceJSON
import Testing

@Suite("JSON: containers")
struct ContainerTests {
    class Base: Codable {
        var id = 1
        init() {}
    }

    final class Derived: Base {
        var name = "x"
        enum CodingKeys: String, CodingKey { case name }
        override init() { super.init() }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            try super.init(from: container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try super.encode(to: container.superEncoder())
        }
    }

    @Test func readsAndWritesSuperclasses() throws {
        let value = Derived()
        value.id = 7
        let text = try encode(value)
        #expect(text == #"{"name":"x","super":{"id":7}}"#)
        let read = try decode(Derived.self, text)
        #expect(read.id == 7 && read.name == "x")
    }

    /// Containers may be gone back to after others have been written.
    @Test func writesContainersOutOfOrder() throws {
        struct Scattered: Encodable {
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: AnyKey.self)
                var first = outer.nestedUnkeyedContainer(forKey: AnyKey("first"))
                var second = outer.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("second"))
                try first.encode(1)
                try second.encode(2, forKey: AnyKey("a"))
                try first.encode(3)
                let later = outer.superEncoder(forKey: AnyKey("later"))
                try outer.encode(true, forKey: AnyKey("last"))
                var single = later.singleValueContainer()
                try single.encode("late")
                try second.encode(4, forKey: AnyKey("b"))
            }
        }
        #expect(try encode(Scattered()) == #"{"first":[1,3],"second":{"a":2,"b":4},"later":"late","last":true}"#)
    }

    @Test func readsContainersOutOfOrder() throws {
        struct Scattered: Decodable {
            var values: [Int] = []
            init(from decoder: any Decoder) throws {
                let outer = try decoder.container(keyedBy: AnyKey.self)
                var second = try outer.nestedUnkeyedContainer(forKey: AnyKey("second"))
                var first = try outer.nestedUnkeyedContainer(forKey: AnyKey("first"))
                values.append(try second.decode(Int.self))
                values.append(try first.decode(Int.self))
                values.append(try second.decode(Int.self))
                values.append(try first.decode(Int.self))
                #expect(first.isAtEnd && second.isAtEnd)
                #expect(first.codingPath.map(\.stringValue) == ["first"])
            }
        }
        #expect(try decode(Scattered.self, #"{"first":[1,2],"second":[3,4]}"#).values == [3, 1, 4, 2])
    }

    /// A decoder that is kept reads what it has read before, whatever is decoded in the meantime.
    @Test func letsDecodersOutliveTheirDecoding() throws {
        final class Keeper: Decodable {
            let container: any SingleValueDecodingContainer
            init(from decoder: any Decoder) throws { container = try decoder.singleValueContainer() }
        }
        let kept = try (0..<5).map { try decode(Keeper.self, "\"number \($0)\"") }
        _ = try decode(AnyValue.self, String(repeating: " ", count: 5000) + "[1,2,3]")
        for (index, keeper) in kept.enumerated() {
            #expect(try keeper.container.decode(String.self) == "number \(index)")
        }
    }

    /// A decoding within a decoding, and an encoding within an encoding, have buffers of their own.
    @Test func nests() throws {
        struct Wrapper: Codable, Equatable {
            var inner: [Int]
            init(_ inner: [Int]) { self.inner = inner }
            init(from decoder: any Decoder) throws {
                let text = try decoder.singleValueContainer().decode(String.self)
                inner = try MillraceJSONTests.decode([Int].self, text)
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(MillraceJSONTests.encode(inner))
            }
        }
        let value = [Wrapper([1, 2]), Wrapper([]), Wrapper([3])]
        let text = try encode(value)
        #expect(text == #"["[1,2]","[]","[3]"]"#)
        #expect(try decode([Wrapper].self, text) == value)
    }

    @Test func readsAndWritesEnumsWithValues() throws {
        enum Shape: Codable, Equatable {
            case circle(radius: Double)
            case label(String, at: Int?)
            case nothing
        }
        let shapes: [Shape] = [.circle(radius: 1.5), .label("a", at: nil), .nothing]
        let text = try encode(shapes)
        #expect(text == #"[{"circle":{"radius":1.5}},{"label":{"_0":"a"}},{"nothing":{}}]"#)
        #expect(try decode([Shape].self, text) == shapes)
        #expect(throws: JSONError.self) { try decode(Shape.self, #"{"circle":{},"nothing":{}}"#) }
        #expect(throws: JSONError.self) { try decode(Shape.self, #"{"square":{}}"#) }
    }

    @Test func tellsNullFromAbsent() throws {
        struct Optionals: Codable { var value: Int?? }
        #expect(try decode(Optionals.self, "{}").value == .none)
        #expect(try decode(Optionals.self, #"{"value":null}"#).value == .none)
        #expect(try decode([Int?].self, "[1,null]") == [1, nil])
        #expect(try encode([Int?.some(1), nil]) == "[1,null]")
        #expect(try encode(Optionals(value: nil)) == "{}")
    }

    @Test func readsAndWritesDictionariesOfAnyKey() throws {
        enum Name: String, Codable, CodingKeyRepresentable { case a, b }
        #expect(try encode([1: "x"]) == #"{"1":"x"}"#)
        #expect(try decode([Int: String].self, #"{"1":"x"}"#) == [1: "x"])
        #expect(try encode([Name.a: 1]) == #"{"a":1}"#)
        #expect(try decode([Name: Int].self, #"{"b":2}"#) == [.b: 2])
        let pairs = try decode([Double: Int].self, "[0.5,1,2,3]")
        #expect(pairs == [0.5: 1, 2: 3])
        #expect(try decode([Double: Int].self, encode(pairs)) == pairs)
    }

    @Test func convertsNames() throws {
        struct Named: Codable, Equatable {
            var userId: Int
            var myURLProperty: [String: Int]
        }
        let value = Named(userId: 1, myURLProperty: ["keepThis_name": 2])
        var writing = JSONEncodingOptions()
        writing.keys = .convertToSnakeCase
        let text = try encode(value, writing)
        #expect(text == #"{"user_id":1,"my_url_property":{"keepThis_name":2}}"#)
        struct Read: Codable, Equatable {
            var userId: Int
            var myUrlProperty: [String: Int]
        }
        var reading = JSONDecodingOptions()
        reading.keys = .convertFromSnakeCase
        #expect(try decode(Read.self, text, reading) == Read(userId: 1, myUrlProperty: ["keepThis_name": 2]))
        writing.keys = .custom { path in AnyKey((path.last?.stringValue ?? "").uppercased()) }
        #expect(
            try encode(["a": Read(userId: 1, myUrlProperty: [:])], writing) == #"{"a":{"USERID":1,"MYURLPROPERTY":{}}}"#
        )
    }

    @Test func writesForPeople() throws {
        var options = JSONEncodingOptions()
        options.formatting = [.prettyPrinted, .sortedKeys]
        let text = try encode(
            ["b": AnyValue.array([.integer(1), .object([:])]), "a": .array([]), "ä": .null], options)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.first == "{" && lines.last == "}")
        #expect(lines.dropFirst().first?.hasPrefix("  \"a\"") == true)
        #expect(lines.dropLast().last?.hasPrefix("  \"ä\"") == true)
        #expect(try decode(AnyValue.self, text) == decode(AnyValue.self, #"{"ä":null,"a":[],"b":[1,{}]}"#))
    }

    @Test func leavesSlashesAndEscapesWhatItMust() throws {
        let text = String(String.UnicodeScalarView((0..<0x80).compactMap { Unicode.Scalar($0) })) + "ä\u{2028}😀"
        let written = try encode(text)
        #expect(written.hasPrefix(#""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e"#))
        #expect(written.contains(##"\u001f !\"#$"##))
        #expect(written.contains("./0"))
        #expect(written.hasSuffix("ä\u{2028}😀\""))
        #expect(try decode(String.self, written) == text)
        for count in 0..<40 {
            for special in ["\"", "\\", "\n", "é", ""] {
                let text = String(repeating: "x", count: count) + special + String(repeating: "y", count: 40 - count)
                #expect(try decode(String.self, encode(text)) == text)
            }
        }
    }

    /// As many levels as may be read may be written, and one more is an error and no overflow of the stack.
    @Test func limitsDepth() throws {
        func nested(_ depth: Int) -> AnyValue { (0..<depth).reduce(.integer(1)) { value, _ in .array([value]) } }
        let deepest = try encode(nested(512))
        #expect(try decode(AnyValue.self, deepest) == nested(512))
        #expect(throws: JSONError.self) { try encode(nested(513)) }
        #expect(throws: JSONError.self) { try decode(AnyValue.self, "[" + deepest + "]") }
    }

    @Test func appendsAndAppendsNothingWhereItFails() throws {
        var bytes = Array("x".utf8)
        try JSONBytesEncoder().encode([1], into: &bytes)
        #expect(throws: JSONError.self) { try JSONBytesEncoder().encode([1, Double.nan], into: &bytes) }
        #expect(String(decoding: bytes, as: UTF8.self) == "x[1]")
    }
}
