import Millrace
import Synchronization

@testable import MillraceEngine

/// A virtual object that keeps, in its state, which records it has had, tells the test, and emits where it is told to.
final class Recorder: Sendable {
    /// One call of the handler that has succeeded, as the handler saw it.
    struct Seen: Sendable {
        let key: [UInt8]
        let value: [UInt8]
        let record: SourceRecord
        /// The places of all records that this key has had, this one included, by its durable state.
        let history: [String]

        var text: String { String(decoding: value, as: UTF8.self) }
        var place: String { Recorder.place(record) }
    }

    private struct State: Sendable {
        var seen: [Seen] = []
        var failing: Set<String> = []
    }

    /// The topic that gets a record for each one that is seen, or `nil`.
    let output: String?
    private let state = Mutex(State())
    private let changed = Signal()

    init(output: String? = nil) { self.output = output }

    var seen: [Seen] { state.withLock { $0.seen } }
    var texts: [String] { seen.map(\.text) }

    /// Lets the handler fail, without another attempt, on records with these values.
    func fail(on values: Set<String>) { state.withLock { $0.failing = values } }

    /// Waits until a condition holds, and tells whether it did in time.
    func wait(until condition: (Recorder) -> Bool) -> Bool { Waiting.wait(changed) { condition(self) } }

    func wait(count: Int) -> Bool { wait { $0.state.withLock { $0.seen.count } >= count } }

    /// The last history of each key.
    var histories: [String: [String]] {
        Dictionary(seen.map { (String(decoding: $0.key, as: UTF8.self), $0.history) }) { $1 }
    }

    static func place(_ record: SourceRecord) -> String { "\(record.partition)@\(record.offset)" }

    var service: ServiceDefinition {
        ServiceDefinition(
            name: "Recorder", kind: .virtualObject,
            handlers: [
                .direct("keep", ObjectContext.init) { (context: ObjectContext, input: RawSpan) in
                    try self.keep(context, input)
                }
            ])
    }

    private func keep(_ context: ObjectContext, _ input: RawSpan) throws {
        guard let record = context.record else { throw TerminalError("no record") }
        let value = unsafe input.withUnsafeBytes { unsafe [UInt8]($0) }
        let history = StateKey<String>("history", serde: .text)
        let places = [try context.get(history), Self.place(record)].compactMap { $0 }.joined(separator: " ")
        context.set(history, places)
        if let output {
            context.emit(topic: output, key: context.key.bytes, value: Array(Self.place(record).utf8))
        }
        let text = String(decoding: value, as: UTF8.self)
        if state.withLock({ $0.failing.contains(text) }) { throw TerminalError("'\(text)' is poison") }
        state.withLock {
            $0.seen.append(
                Seen(
                    key: context.key.bytes, value: value, record: record,
                    history: places.split(separator: " ").map(String.init)))
        }
        changed.raise()
    }
}
