import Foundation
import Testing

@testable import MillraceConfiguration

/// The reference, docs/configuration.md, says of each option what the schema says.
@Suite struct ReferenceTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../docs/configuration.md").standardized

    private static let tables = ReferenceTable(ConfigurationDraft.self).all

    private static func markers(_ table: ReferenceTable) -> (begin: String, end: String) {
        ("<!-- options of \(table.title) -->\n", "\n<!-- end of \(table.title) -->")
    }

    @Test(arguments: tables.map(\.title))
    func eachTableIsInTheReference(title: String) throws {
        let table = try #require(Self.tables.first { $0.title == title })
        let marks = Self.markers(table)
        var text = try String(contentsOf: Self.page, encoding: .utf8)
        let begin = try #require(text.range(of: marks.begin), "add the line \(marks.begin)")
        let end = try #require(text.range(of: marks.end), "add the line \(marks.end)")
        if ProcessInfo.processInfo.environment["MILLRACE_WRITE_REFERENCE"] != nil {
            text.replaceSubrange(begin.upperBound..<end.lowerBound, with: table.markdown)
            try text.write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            #expect(
                text[begin.upperBound..<end.lowerBound] == table.markdown,
                "write the tables with MILLRACE_WRITE_REFERENCE=1 swift test --no-parallel --filter ReferenceTests")
        }
    }

    @Test func eachOptionHasAMeaningAndAnExampleThatIsRight() {
        for table in Self.tables {
            for option in table.options {
                #expect(!option.meaning.isEmpty, "\(option.name)")
                #expect(option.isExampleValid, "\(option.name): \(option.example)")
                #expect(option.table != nil || !option.example.isEmpty, "\(option.name)")
                #expect(!option.meaning.contains("|") && !option.example.contains("|"), "\(option.name)")
            }
        }
    }

    @Test(arguments: [("configuration", 3), ("schedules", 1)])
    func eachExampleOfThePagesIsAConfiguration(page: String, atLeast count: Int) throws {
        let file = Self.page.deletingLastPathComponent().appendingPathComponent("\(page).md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
        #expect(blocks.count >= count)
        for block in blocks {
            #expect(problems(block, ["KAFKA_USER": "u", "KAFKA_PASSWORD": "p"]) == [], "\(block)")
        }
    }

    @Test func noOptionStandsInTwoPlacesOfASection() {
        for table in Self.tables {
            #expect(Set(table.options.map(\.name)).count == table.options.count, "\(table.title)")
        }
    }
}
