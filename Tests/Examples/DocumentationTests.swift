import Foundation
import Testing

/// The pages' code is code that is compiled and tested, and their links lead somewhere.
///
/// A block of Swift below `<!-- from: path -->` is in that file, line by line and in this order; a line of it that is `…` stands
/// for any lines.
@Suite struct DocumentationTests {
    static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    /// Pages of which every block of Swift is quoted.
    static let concepts = [
        "state", "durable-execution", "steps", "calls", "waiting", "workflows", "errors", "testing", "schedules",
    ]

    struct Quote {
        let path: String?
        let lines: [String]
    }

    private static func lines(of path: String) throws -> [String] {
        try String(contentsOf: root.appending(path: path), encoding: .utf8).components(separatedBy: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func quotes(in path: String) throws -> [Quote] {
        var quotes: [Quote] = []
        var source: String?
        var block: [String]?
        for line in try lines(of: path) {
            if let open = block {
                if line == "```" {
                    quotes.append(Quote(path: source, lines: open))
                    (block, source) = (nil, nil)
                } else if !line.isEmpty {
                    block = open + [line]
                }
            } else if line == "```swift" {
                block = []
            } else if line.hasPrefix("<!-- from: ") {
                source = String(line.dropFirst("<!-- from: ".count).dropLast(" -->".count))
            } else if !line.isEmpty {
                source = nil
            }
        }
        return quotes
    }

    private static func isQuoted(_ quote: [String], from source: [String]) -> Bool {
        var rest = source.filter { !$0.isEmpty }[...]
        for part in quote.split(separator: "…") {
            guard let found = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
            rest = rest[(found + part.count)...]
        }
        return true
    }

    @Test(arguments: concepts) func quotesCodeThatIsThere(page: String) throws {
        let quotes = try Self.quotes(in: "docs/\(page).md")
        #expect(!quotes.isEmpty)
        for quote in quotes {
            let path = try #require(quote.path, "a block of \(page).md is from nowhere: \(quote.lines.first ?? "")")
            #expect(
                Self.isQuoted(quote.lines, from: try Self.lines(of: path)),
                "\(page).md quotes what is not in \(path): \(quote.lines.first ?? "")")
        }
    }

    @Test func noticesWhatIsNotThere() {
        let source = ["a", "", "b", "c", "d"]
        #expect(Self.isQuoted(["a", "b", "…", "d"], from: source))
        #expect(!Self.isQuoted(["a", "c"], from: source))
        #expect(!Self.isQuoted(["c", "…", "a"], from: source))
    }

    @Test func linksLeadSomewhere() throws {
        let manager = FileManager.default
        var pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
        for name in try manager.contentsOfDirectory(atPath: Self.root.appending(path: "docs").path)
        where name.hasSuffix(".md") {
            pages.append("docs/\(name)")
        }
        for name in try manager.contentsOfDirectory(atPath: Self.root.appending(path: "examples").path)
        where name != "event-enrichment" {
            pages.append("examples/\(name)/README.md")
        }
        for page in pages {
            let folder = Self.root.appending(path: page).deletingLastPathComponent()
            let text = try String(contentsOf: Self.root.appending(path: page), encoding: .utf8)
            for match in text.matches(of: /\]\(([^)#: ]+)(#[^)]*)?\)/) {
                let target = folder.appending(path: String(match.1)).standardized.path
                #expect(manager.fileExists(atPath: target), "\(page) links to \(match.1), which is not there")
            }
        }
    }
}
