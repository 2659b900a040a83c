import Testing

@testable import MillraceConfiguration

@Suite struct YAMLComposerTests {
    @Test func givesEachNodeItsPlace() throws {
        var composer = YAMLComposer(Array("a: 1\nb:\n  - 'x'\n  - { c: ü y }\n".utf8))
        let document = try composer.document()
        let root = try #require(document)
        guard case .mapping(let entries) = root.content, case .sequence(let elements) = entries[1].value.content,
            case .mapping(let inner) = elements[1].content
        else {
            Issue.record("not the tree of the text")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries[1].keyStart == SourcePosition(line: 2, column: 1))
        #expect(elements[0].content == .scalar(YAMLScalar(text: "x", written: "x", isPlain: false)))
        #expect(elements[0].start == SourcePosition(line: 3, column: 5))
        #expect(elements[0].position(ofCharacter: 0) == SourcePosition(line: 3, column: 6))
        #expect(inner[0].value.position(ofCharacter: 2) == SourcePosition(line: 4, column: 12))
    }

    @Test func placesNoCharacterWhereEscapesHaveMovedIt() throws {
        var composer = YAMLComposer(Array("\"a\\tb\"".utf8))
        let document = try composer.document()
        let root = try #require(document)
        #expect(root.position(ofCharacter: 2) == root.start)
    }

    @Test func reportsEachKeyThatStandsTwice() throws {
        #expect(
            problems("log: {}\nmetrics: {}\nlog: { level: info }\n") == [
                "m.yaml:3:1: the key 'log' stands here twice; the first is in line 1"
            ])
    }

    @Test func refusesWhatAConfigurationDoesNotNeed() {
        #expect(
            problems("log: &l {}\nmetrics: *l\n<<: {}\nengine: !x {}\n[a]: b\n") == [
                "m.yaml:1:6: anchors (&name) are not supported; repeat the value, or set it under 'defaults'",
                "m.yaml:2:10: aliases (*name) are not supported; repeat the value, set it under 'defaults', or put quotes "
                    + "around it",
                "m.yaml:3:1: merge keys (<<) are not supported; repeat the values, or set them under 'defaults'",
                "m.yaml:4:9: tags (!name) are not supported; put quotes around a value that begins with '!'",
                "m.yaml:5:1: a key must be a name, not a list or a mapping",
            ])
        #expect(
            problems("--- {}\n--- {}\n") == [
                "m.yaml:2:1: a second document begins here; a configuration is one document, without '---' in it"
            ])
    }

    @Test func saysWhereTheSyntaxIsBrokenAndWhatMayHelp() {
        #expect(
            problems("subscriptions:\n  - source: stdin:\n    sink: 'x\n") == [
                "m.yaml:2:18: not valid YAML: mapping values are not allowed in this context; check the indentation, and "
                    + "put quotes around a value that holds ': ' or ends with ':'"
            ])
        #expect(
            problems("log:\n\tlevel: info\n") == [
                "m.yaml:2:1: not valid YAML: found character that cannot start any token, while scanning for the next "
                    + "token (begun in line 2); indent with spaces, not tabs, and put quotes around a value that begins "
                    + "with @, %, | or `"
            ])
        #expect(
            problems("log:\n  level: \"info\n") == [
                "m.yaml:3:1: not valid YAML: found unexpected end of stream, while scanning a quoted scalar (begun in "
                    + "line 2); check that each quote and bracket is closed"
            ])
    }

    @Test func readsOneDocumentWithItsMarkers() throws {
        #expect(try configuration("%YAML 1.1\n---\nlog: { level: error }\n...\n").log.level == .error)
    }
}
