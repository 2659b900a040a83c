import MillraceConfiguration
import TestKit
import Testing

/// Any bytes give a configuration or errors, soon: never a crash, never much memory.
@Suite struct HostileInputTests {
    @Test func nestingEndsAtALimit() {
        for opening in ["[", "{a: ", "- ", "? ", "{[", "[{a: "] {
            let found = problems(String(repeating: opening, count: 50_000))
            #expect(found.count == 1, "\(opening)")
            #expect(found[0].contains("nested deeper than 32 levels"), "\(opening): \(found[0])")
        }
        let indented = (0..<700).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(problems(indented).first?.contains("nested deeper than 32 levels") == true)
    }

    @Test func filesAndScalarsEndAtALimit() {
        #expect(
            problems(String(repeating: "a", count: (1 << 20) + 1)) == [
                "m.yaml:1:1: the file has 1048577 bytes; a configuration has 1048576 at most"
            ])
        let huge = String(repeating: "x", count: 1 << 18)
        #expect(problems("log: { level: \(huge) }").first.map { $0.utf8.count < 300 } == true)
        #expect(problems("\(huge): 1").allSatisfy { $0.utf8.count < 300 })
        #expect(problems("subscriptions: [{ source: '\(huge)', sink: '\(huge)', key: $.\(huge)- }]").count == 3)
        let many = "storage: { rocksdb: [" + String(repeating: "1,", count: 200_000) + "] }"
        #expect(problems(many).first?.contains("more than 100000 values in one file") == true)
    }

    @Test func aliasesAreRefusedBeforeTheyGrow() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<20 {
            bomb += "a\(level): &a\(level) [" + String(repeating: "*a\(level - 1), ", count: 9) + "]\n"
        }
        let found = problems(bomb)
        #expect(found.count == InvalidConfiguration.limit)
        #expect(found.contains { $0.contains("aliases (*name) are not supported") })
        #expect(found.contains { $0.contains("anchors (&name) are not supported") })
        #expect(!problems("a: &a [*a]").isEmpty)
    }

    @Test func theEnvironmentCannotGrowATreeWithoutBound() {
        let text = "log: { level: \"" + String(repeating: "${BIG}", count: 100_000) + "\" }"
        let found = problems(text, ["BIG": String(repeating: "x", count: 100_000)])
        #expect(found.count == 1)
        #expect(found[0].contains("the environment's values are too large in all"))
    }

    @Test func theEnvironmentCannotAddStructure() throws {
        let injected: Environment = ["X": "info\n  format: json", "Y": "{ a: b }", "N": "a\0b"]
        #expect(problems("log:\n  level: ${X}\n", injected).count == 1)
        #expect(problems("log: ${Y}\n", injected).count == 1)
        #expect(problems("storage: { directory: '${N}' }", injected) == ["m.yaml:1:23: a value cannot hold a NUL"])
        #expect(problems("storage: { directory: \"a\\0b\" }").count == 1)
    }

    @Test(arguments: [
        "\"unterminated", "'unterminated", "a: \"b\nc: 1\nd: 2", "a: [1, 2", "a: {b: c", "\ta: b", "a:\n\tb: c",
        "a: b: c",
        "- a\nb: c", "%YAML 9.9\n---\na", "%TAG ! x\n", "--- a\n--- b", "---\n...\n---\n", "!!binary abc", "!<tag> {}",
        "? [a]\n: b", "? {a: b}\n: c", "<<: {a: b}", "a: |\n b\n  c\n d", "a: >9\n b", "a: @b", "a: `b`", "*a", "&a",
        "a: *b", "\u{FEFF}log: {}", "a: \"\\uD800\"", "a: \"\\xZZ\"", "{? }", "[?]", ": : :", "~: ~", "null", "true",
        "''",
        "kafka: { clusters: { 'a b': { x y: 1 }, '': {} } }", "subscriptions: [~, 1, [], {}]",
        "kafka: { clusters: { main: { \"a\\0b\": 1 } } }", "storage: { rocksdb: { '': '', \"a\\0\": 1 } }",
    ])
    func oddYAMLIsAnErrorWithAPlace(_ text: String) {
        for line in problems(text) { #expect(line.hasPrefix("m.yaml:")) }
        #expect(!problems(text).isEmpty || text == "\u{FEFF}log: {}" || text == "%TAG ! x\n")
    }

    @Test func bytesThatAreNotUTF8AreAnErrorAtTheirPlace() {
        #expect(
            problems(Array("log:\n  level: ".utf8) + [0xFF, 0xFE]) == [
                "m.yaml:2:10: not YAML in UTF-8: invalid leading UTF-8 octet"
            ])
        #expect(problems([0xFF, 0xFE, 0x61, 0x00]).count == 1)
        #expect(problems([0]).count == 1)
        #expect(problems([0xC0, 0x80]).count == 1)
        #expect(problems([]).count == 1)
        #expect(problems((0...255).map { UInt8($0) }).count == 1)
    }

    @Test(arguments: UInt64(1)...200)
    func damagedConfigurationsDoNotCrash(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "\"", "'", "[", "]", "{", "}", ":", ": ", "- ", "\n", "  ", "${", "}", "$${", "&a ", "*a", "!", "|", ">",
            "#", "\0",
            "\t", "%", "@", "?", ",", "kafka", "source", "99999999999999999999", "1m", "$", "..", "\\u", "\u{FEFF}",
            "é",
        ]
        var bytes = Array(valid.utf8)
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random)?.utf8 ?? "".utf8, at: at)
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...9, using: &random)))
            default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 40)], at: at)
            }
        }
        for line in problems(bytes, ["HOST": "x"]) { #expect(line.hasPrefix("m.yaml:")) }
    }

    private let valid = """
        kafka:
          clusters:
            main: { bootstrap.servers: "${HOST}:9092", sasl.password: '${PASSWORD:-x}' }
        subscriptions:
          - source: kafka://main/user-events
            sink: service://EventEnricher/userEvent
            key: $['a b'][0].c
            start: timestamp:2026-01-31T08:00:00.5+01:00
            onError: { retry: { initial: 500ms, factor: 2, max: 1m30s, attempts: 20 }, then: park }
        storage: { memory: 512MiB, durability: interval:1s, rocksdb: { a: 1 } }
        """
}
