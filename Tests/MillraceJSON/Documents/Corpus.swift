import Testing

/// A document and what it is called.
struct CorpusDocument: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    /// What it says, where that is laid down.
    var value: AnyValue?

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ value: AnyValue? = nil) {
        self.init(name, bytes: Array(text.utf8), value)
    }

    init(_ name: String, bytes: [UInt8], _ value: AnyValue? = nil) {
        self.name = name
        self.bytes = bytes
        self.value = value
    }
}

/// Documents of three kinds: those that every parser must read, those that none may, and those that RFC 8259 leaves open.
enum Corpus {
    static let valid = [
        CorpusDocument("y_array_empty", "[]", .array([])),
        CorpusDocument(
            "y_array_nested_empty", "[[],[[]],{}]", .array([.array([]), .array([.array([])]), .object([:])])),
        CorpusDocument("y_array_white_space", " [ 1 ,\t2\r\n, 3 ] ", .array([.integer(1), .integer(2), .integer(3)])),
        CorpusDocument("y_literals", "[true,false,null]", .array([.bool(true), .bool(false), .null])),
        CorpusDocument("y_number_zero", "0", .integer(0)),
        CorpusDocument("y_number_minus_zero", "-0", .integer(0)),
        CorpusDocument("y_number_negative", "-1", .integer(-1)),
        CorpusDocument("y_number_fraction", "-0.5", .number(-0.5)),
        CorpusDocument("y_number_leading_zero_fraction", "0.001", .number(0.001)),
        CorpusDocument("y_number_exponent", "1e3", .integer(1000)),
        CorpusDocument("y_number_exponent_capital_plus", "15E+1", .integer(150)),
        CorpusDocument("y_number_exponent_minus", "5e-1", .number(0.5)),
        CorpusDocument("y_number_exponent_zeros", "5e-0001", .number(0.5)),
        CorpusDocument("y_number_many_digits", "0.1000000000000000055511151231257827", .number(0.1)),
        CorpusDocument("y_object_empty", "{}", .object([:])),
        CorpusDocument(
            "y_object", #"{"a":1,"b":{"c":[]}}"#, .object(["a": .integer(1), "b": .object(["c": .array([])])])),
        CorpusDocument("y_object_empty_name", #"{"":0}"#, .object(["": .integer(0)])),
        CorpusDocument("y_object_escaped_name", #"{"\u0061\n":0}"#, .object(["a\n": .integer(0)])),
        CorpusDocument(
            "y_object_white_space", " { \"a\" : 1 , \"b\" : 2 } ", .object(["a": .integer(1), "b": .integer(2)])),
        CorpusDocument("y_string_empty", #""""#, .string("")),
        CorpusDocument("y_string_escapes", #""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        CorpusDocument("y_string_unicode_escape", #""\u00e4\u20AC""#, .string("ä€")),
        CorpusDocument("y_string_escaped_zero", #""a\u0000b""#, .string("a\u{0}b")),
        CorpusDocument("y_string_pair", #""\uD83D\uDE00""#, .string("😀")),
        CorpusDocument("y_string_pair_lowest_highest", #""\ud800\udc00\udbff\udfff""#, .string("\u{10000}\u{10FFFF}")),
        CorpusDocument("y_string_utf8", "\"ä€😀\"", .string("ä€😀")),
        CorpusDocument("y_string_delete", "\"\u{7F}\"", .string("\u{7F}")),
        CorpusDocument("y_string_line_separator", "\"\u{2028}\"", .string("\u{2028}")),
        CorpusDocument("y_string_noncharacter", "\"\u{FFFF}\"", .string("\u{FFFF}")),
        CorpusDocument("y_string_escape_looks_like_its_end", #""\\""#, .string("\\")),
        CorpusDocument("y_string_brackets", #""[{]}:,""#, .string("[{]}:,")),
        CorpusDocument("y_string_seven_to_seventeen", #"["1234567","12345678","123456789","12345678901234567"]"#),
    ]

    static let invalid = [
        CorpusDocument("n_empty", ""),
        CorpusDocument("n_white_space", " \n"),
        CorpusDocument("n_zero_byte", bytes: [0]),
        CorpusDocument("n_form_feed", "[\u{C}]"),
        CorpusDocument("n_non_breaking_space", "[\u{A0}1]"),
        CorpusDocument("n_array_comma_at_end", "[1,]"),
        CorpusDocument("n_array_comma_at_start", "[,1]"),
        CorpusDocument("n_array_two_commas", "[1,,2]"),
        CorpusDocument("n_array_only_comma", "[,]"),
        CorpusDocument("n_array_colon", "[1:2]"),
        CorpusDocument("n_array_no_comma", "[1 2]"),
        CorpusDocument("n_array_open", "[1"),
        CorpusDocument("n_array_closed_as_object", "[1}"),
        CorpusDocument("n_array_extra_close", "[1]]"),
        CorpusDocument("n_byte_order_mark", bytes: [0xEF, 0xBB, 0xBF, 0x31]),
        CorpusDocument("n_utf16", bytes: [0xFF, 0xFE, 0x31, 0]),
        CorpusDocument("n_utf16_without_mark", bytes: [0x5B, 0, 0x5D, 0]),
        CorpusDocument("n_comment", "[1/* one */]"),
        CorpusDocument("n_comment_line", "// one\n1"),
        CorpusDocument("n_literal_cut", "[tru]"),
        CorpusDocument("n_literal_capital", "True"),
        CorpusDocument("n_literal_longer", "[nullx]"),
        CorpusDocument("n_nan", "NaN"),
        CorpusDocument("n_infinity", "[-Infinity]"),
        CorpusDocument("n_number_plus", "+1"),
        CorpusDocument("n_number_minus_alone", "-"),
        CorpusDocument("n_number_two_minuses", "--1"),
        CorpusDocument("n_number_leading_zero", "01"),
        CorpusDocument("n_number_negative_leading_zero", "[-01]"),
        CorpusDocument("n_number_dot_first", ".5"),
        CorpusDocument("n_number_dot_last", "[1.]"),
        CorpusDocument("n_number_dot_exponent", "1.e1"),
        CorpusDocument("n_number_exponent_empty", "[1e]"),
        CorpusDocument("n_number_exponent_sign_only", "1e+"),
        CorpusDocument("n_number_exponent_fraction", "1e1.5"),
        CorpusDocument("n_number_hexadecimal", "0x1"),
        CorpusDocument("n_number_underscore", "1_000"),
        CorpusDocument("n_number_full_width", "[１]"),
        CorpusDocument("n_number_letter_behind", "[1a]"),
        CorpusDocument("n_object_comma_at_end", #"{"a":1,}"#),
        CorpusDocument("n_object_no_value", #"{"a":}"#),
        CorpusDocument("n_object_no_colon", #"{"a" 1}"#),
        CorpusDocument("n_object_two_colons", #"{"a"::1}"#),
        CorpusDocument("n_object_equals", #"{"a"=1}"#),
        CorpusDocument("n_object_name_without_quotes", "{a:1}"),
        CorpusDocument("n_object_name_number", "{1:1}"),
        CorpusDocument("n_object_single_quotes", "{'a':1}"),
        CorpusDocument("n_object_only_name", #"{"a"}"#),
        CorpusDocument("n_object_open", #"{"a":1"#),
        CorpusDocument("n_object_comma_first", #"{,"a":1}"#),
        CorpusDocument("n_object_semicolon", #"{"a":1;"b":2}"#),
        CorpusDocument("n_string_single_quotes", "'a'"),
        CorpusDocument("n_string_open", "\"a"),
        CorpusDocument("n_string_open_behind_escape", #""\""#),
        CorpusDocument("n_string_new_line", "\"a\nb\""),
        CorpusDocument("n_string_tab", "\"a\tb\""),
        CorpusDocument("n_string_zero_byte", "\"a\u{0}b\""),
        CorpusDocument("n_string_unit_separator", "\"\u{1F}\""),
        CorpusDocument("n_string_escape_unknown", #""\a""#),
        CorpusDocument("n_string_escape_hexadecimal", #""\x41""#),
        CorpusDocument("n_string_escape_capital_u", #""\U0041""#),
        CorpusDocument("n_string_escape_short", #""\u41""#),
        CorpusDocument("n_string_escape_no_digits", #""\uZZZZ""#),
        CorpusDocument("n_string_escape_cut", #""\u00"#),
        CorpusDocument("n_trailing_value", "1 2"),
        CorpusDocument("n_trailing_brace", "{}}"),
        CorpusDocument("n_trailing_zero_byte", bytes: [0x31, 0]),
        CorpusDocument("n_two_lines", "{}\n{}"),
        CorpusDocument("n_utf8_lone_continuation", bytes: [0x22, 0x80, 0x22]),
        CorpusDocument("n_utf8_cut", bytes: [0x22, 0xE2, 0x82, 0x22]),
        CorpusDocument("n_utf8_overlong", bytes: [0x22, 0xC0, 0xAF, 0x22]),
        CorpusDocument("n_utf8_surrogate", bytes: [0x22, 0xED, 0xA0, 0x80, 0x22]),
        CorpusDocument("n_utf8_beyond_unicode", bytes: [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22]),
        CorpusDocument("n_utf8_latin1", bytes: [0x22, 0xE4, 0x22]),
        CorpusDocument("n_utf8_in_name", bytes: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]),
    ]

    /// What RFC 8259 leaves open, and what we have decided: those with a value are read, the others are not.
    static let open = [
        CorpusDocument("i_string_lone_high_surrogate", #""\ud800""#),
        CorpusDocument("i_string_lone_low_surrogate", #""\udc00""#),
        CorpusDocument("i_string_surrogates_swapped", #""\udc00\ud800""#),
        CorpusDocument("i_string_high_before_letter", #""\ud800\u0041""#),
        CorpusDocument("i_string_high_twice", #""\ud800\ud800\udc00""#),
        CorpusDocument("i_name_lone_surrogate", #"{"\ud800":1}"#),
        CorpusDocument("i_object_same_name_twice", #"{"a":1,"a":2}"#, .object(["a": .integer(1)])),
        CorpusDocument("i_object_same_name_escaped", #"{"a":1,"\u0061":2}"#, .object(["a": .integer(1)])),
        CorpusDocument("i_number_underflow", "1e-400", .number(0)),
        CorpusDocument("i_number_underflow_huge", "1e-999999999999999999999", .number(0)),
        CorpusDocument("i_number_overflow", "1e400"),
        CorpusDocument("i_number_overflow_huge", "-1e99999999999999999999"),
        CorpusDocument("i_number_zero_huge_exponent", "0e99999999999999999999", .integer(0)),
        CorpusDocument("i_number_beyond_64_bits", "18446744073709551616", .number(18_446_744_073_709_551_616)),
        CorpusDocument("i_number_smallest", "5e-324", .number(.leastNonzeroMagnitude)),
        CorpusDocument("i_number_largest", "1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
        CorpusDocument("i_number_rounds_to_infinity", "1.7976931348623159e308"),
        CorpusDocument("i_depth_512", String(repeating: "[", count: 512) + String(repeating: "]", count: 512)),
        CorpusDocument("i_depth_513", String(repeating: "[", count: 513) + String(repeating: "]", count: 513)),
        CorpusDocument("i_depth_open", String(repeating: "[", count: 100_000)),
        CorpusDocument("i_depth_open_objects", String(repeating: #"{"a":"#, count: 100_000)),
    ]
}
