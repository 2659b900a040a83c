import Millrace
import MillraceConfiguration

@testable import MillraceServer

/// A service for tests: counts the records of a key, emits every count, and fails where a record says so.
@VirtualObject
struct Counter {
    struct Refusal: Error, CustomStringConvertible { let description: String }

    @Handler func count(_ context: ObjectContext, _ value: Int) throws {
        if value < 0 { throw TerminalError("\(value) is below zero") }
        let sum = (try context.get(.sum) ?? 0) + value
        context.set(.sum, sum)
        context.emit(topic: "sums", key: context.key, value: sum)
    }

    @Handler func reset(_ context: ObjectContext) throws { context.clearAll() }
}

extension StateKey<Int> { static var sum: Self { Self("sum") } }

/// A service without keys, for tests.
@Service
struct Notifier {
    @Handler func notify(_ context: ServiceContext, _ text: String) throws {}
}

extension MillraceApplication {
    /// The services above, on real connectors.
    static let counting = counting(.live)

    /// The services above.
    static func counting(_ connectors: Connectors) -> MillraceApplication {
        MillraceApplication(
            name: "counting", version: "2.1", definitions: [Counter().definition, Notifier().definition],
            connectors: connectors)
    }
}
