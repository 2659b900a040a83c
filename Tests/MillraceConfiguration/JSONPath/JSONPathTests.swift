import MillraceConfiguration
import Testing

@Suite struct JSONPathTests {
    @Test(
        arguments: [
            ("$.user.id", [.member("user"), .member("id")]), ("$['a b'].c", [.member("a b"), .member("c")]),
            ("$[\"a'b\"]", [.member("a'b")]), ("$['it\\'s']", [.member("it's")]),
            ("$.items[0].id", [.member("items"), .index(0), .member("id")]),
            ("$[10][2]", [.index(10), .index(2)]), ("$.ü_1", [.member("ü_1")]), ("$['']", [.member("")]),
            ("$['\\u00fc\\ud83d\\ude00\\n\\\\']", [.member("ü😀\n\\")]),
            ("$['a'][\"b\"]", [.member("a"), .member("b")]),
        ] as [(String, [JSONPath.Component])])
    func parses(text: String, components: [JSONPath.Component]) throws {
        let path = try JSONPath(parsing: text)
        #expect(path.components == components)
        #expect(try JSONPath(parsing: path.description) == path)
    }

    @Test func describesItselfInTheShortestForm() {
        #expect(
            JSONPath([.member("user"), .index(3), .member("a b"), .member("it's"), .member("9")]).description
                == "$.user[3]['a b']['it\\'s']['9']")
    }

    @Test(arguments: [
        ("", 0, "a path begins with '$', as in $.user.id"),
        ("user.id", 0, "a path begins with '$', as in $.user.id"),
        ("$", 1, "a path names a member or an element after '$', as in $.user.id"),
        ("$user", 1, "expected '.' or '[', but found 'u'"),
        ("$.", 2, "a member's name is missing after '.'"),
        ("$.a.", 4, "a member's name is missing after '.'"),
        ("$..a", 2, "'..' finds any number of values, and a key is one; name each step"),
        ("$.*", 2, "'*' finds any number of values, and a key is one; name the member"),
        ("$.user-id", 6, "a name after '.' cannot hold '-'; write it in quotes, as in $['a name']"),
        ("$.1a", 2, "a name after '.' cannot begin with '1'; write it in quotes, as in $['a name']"),
        ("$.a b", 3, "a name after '.' cannot hold ' '; write it in quotes, as in $['a name']"),
        ("$[*]", 2, "only one element can be named, not several; write its number, as in $[0]"),
        ("$[?a]", 2, "only one element can be named, not several; write its number, as in $[0]"),
        ("$[0:1]", 3, "expected ']'"),
        ("$[-1]", 2, "elements are counted from the front, from 0"),
        ("$[01]", 2, "a number has no leading zeros"),
        ("$[99999999999]", 2, "the number is too large"),
        ("$[", 2, "a '[' without its ']'"),
        ("$[0", 3, "a '[' without its ']'"),
        ("$[a]", 2, "expected a number or a name in quotes after '[', as in $[0] or $['a name']"),
        ("$['a", 2, "a quote that is not closed"),
        ("$['a'", 5, "a '[' without its ']'"),
        ("$['a\\x']", 4, "not an escape of JSON"),
        ("$['\\ud83d']", 3, "not an escape of JSON"),
        ("$['\\u12']", 3, "\\u is followed by four hexadecimal digits"),
        ("$['a\nb']", 4, "a control character must be written as \\uXXXX"),
    ])
    func refuses(text: String, offset: Int, message: String) {
        let error = #expect(throws: JSONPathError.self) { try JSONPath(parsing: text) }
        #expect(error?.offset == offset)
        #expect(error?.message == message)
    }
}
