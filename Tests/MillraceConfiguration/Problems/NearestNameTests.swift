import Testing

@testable import MillraceConfiguration

@Suite struct NearestNameTests {
    private let names = ["subscriptions", "storage", "metrics", "log", "kafka", "onError", "bootstrap.servers"]

    @Test(arguments: [
        ("subscription", "subscriptions"), ("Subscriptions", "subscriptions"), ("subscritpions", "subscriptions"),
        ("metric", "metrics"), ("kafak", "kafka"), ("on_error", "onError"), ("on-error", "onError"), ("logs", "log"),
        ("logging", "log"), ("bootstrap_servers", "bootstrap.servers"), ("bootstrap", "bootstrap.servers"),
        ("sub", "subscriptions"),
    ])
    func findsWhatWasMeant(given: String, meant: String) {
        #expect(nearestName(to: given, among: names) == meant)
    }

    @Test(arguments: ["", "x", "retention", "---", String(repeating: "subscriptions", count: 100)])
    func findsNothingFar(given: String) {
        #expect(nearestName(to: given, among: names) == nil)
    }

    @Test func quotesAnythingOnOneShortLine() {
        #expect(quoted("a\nb\u{1B}[1m\u{202E}") == "'a\\nb\\u{1b}[1m\\u{202e}'")
        #expect(quoted(String(repeating: "a", count: 1000)).count == 83)
    }
}
