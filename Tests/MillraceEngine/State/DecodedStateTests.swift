import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import TestKit
import Testing

@testable import MillraceEngine

/// State values that stay decoded in memory: handlers see, and the disk holds, what they would without.
@Suite struct DecodedStateTests {
    @JSON struct Total: Codable, Equatable, Sendable {
        var events = 0
        var amount = 0.0
        var names: [String] = []
    }

    /// Not marked: changes become bytes at once.
    struct Plain: Codable, Equatable, Sendable { var text = "" }

    /// A type under the name of another's value.
    @JSON struct Other: Codable, Equatable, Sendable { var events: Int }

    struct Failure: Error {}

    /// The keys, with values kept decoded or not.
    struct Keys: Sendable {
        let total: StateKey<Total>
        let plain: StateKey<Plain>
        let other: StateKey<Other>

        init(keepsDecoded: Bool) {
            total = StateKey("total", keepsDecoded: keepsDecoded)
            plain = StateKey("plain", keepsDecoded: keepsDecoded)
            other = StateKey("total", keepsDecoded: keepsDecoded)
        }

        /// Does what a record says: numbers are added, `!` fails afterwards, `?` looks at bytes, `-` clears, `*` clears all, `~` reads the
        /// value as another type.
        func apply(_ text: String, _ context: ObjectContext) throws {
            var total = try context.get(total) ?? Total()
            total.events += 1
            total.amount += 0.1
            total.names = Array((total.names + [text]).suffix(5))
            context.set(self.total, total)
            var plain = try context.get(plain) ?? Plain()
            plain.text = String((plain.text + text).suffix(20))
            context.set(self.plain, plain)
            if text.contains("~"), try context.get(other)?.events != total.events { throw TerminalError("other") }
            if text.contains("?") {
                let bytes = try context.withBytes(of: self.total) { $0.byteCount }
                if bytes != (try JSONBytesEncoder().encode(total).count) { throw TerminalError("bytes") }
                total.events += 1000
                context.set(self.total, total)
            }
            if text.contains("-") { context.clear(self.total) }
            if text.contains("*") { context.clearAll() }
            if text.contains("^") { context.set(self.total, Total(events: 1, amount: .nan, names: [])) }
            if text.contains("!") { throw Failure() }
        }
    }

    private static func services(keepsDecoded: Bool) -> [ServiceDefinition] {
        let keys = Keys(keepsDecoded: keepsDecoded)
        return [
            ServiceDefinition(
                name: "Object", kind: .virtualObject,
                handlers: [
                    .direct("run", ObjectContext.init, input: Serde<String>.text) {
                        (context: ObjectContext, text: String) in try keys.apply(text, context)
                    },
                    .suspending("wait", ObjectContext.init, input: Serde<String>.text) {
                        (context: ObjectContext, text: String) async throws in
                        try keys.apply(text, context)
                        if text.contains("z") {
                            try await context.sleep(for: .milliseconds(10))
                            try keys.apply("after", context)
                        }
                    },
                ])
        ]
    }

    /// What the disk holds in the end, and what was skipped.
    private func run(
        _ records: [SteppedHarness.Record], handler: String, keepsDecoded: Bool, crashes: Bool, batch: Int
    ) throws -> (state: [String: [UInt8]], errors: Int) {
        let harness = try SteppedHarness(
            Self.services(keepsDecoded: keepsDecoded), sink: ("Object", handler),
            onError: ErrorPolicy(attempts: 1, then: .skip)
        ) { options in
            // Small enough for rows and decoded values to be evicted.
            options.ownShardLimits = ShardLimits(
                overlayBytes: 2_000, blockBytes: 4_000, tableBytes: 4_000, decodedBytes: 700)
        }
        var next = 0
        while next < records.count {
            harness.deliver(Array(records[next..<min(next + batch, records.count)]))
            next += batch
            try harness.settle()
            try harness.advance(byMilliseconds: 50)
            try harness.settle()
            if crashes { try harness.reopen() }
        }
        var state: [String: [UInt8]] = [:]
        for key in 0..<6 {
            for (name, value) in try harness.engine.state(service: "Object", key: Array("k\(key)".utf8)) {
                state["k\(key)/\(name)"] = value
            }
        }
        return (state, harness.skippedCount)
    }

    @Test(arguments: ["run", "wait"], [false, true])
    func holdsTheSameAsWithout(handler: String, crashes: Bool) throws {
        for seed in UInt64(1)...12 {
            var random = SeededGenerator(seed: seed)
            let records = (0..<300).map { offset in
                var text = "\(offset)"
                for mark in ["!", "?", "-", "*", "^", "~", "z"] where UInt64.random(in: 0..<12, using: &random) == 0 {
                    text += mark
                }
                return SteppedHarness.Record(
                    offset: Int64(offset), key: "k\(UInt64.random(in: 0..<6, using: &random))", value: text)
            }
            let batch = [1, 7, 60, 300][Int(seed % 4)]
            let with = try run(records, handler: handler, keepsDecoded: true, crashes: crashes, batch: batch)
            let without = try run(records, handler: handler, keepsDecoded: false, crashes: false, batch: batch)
            #expect(with.state == without.state, "seed \(seed)")
            #expect(!with.state.isEmpty)
            if !crashes { #expect(with.errors == without.errors, "seed \(seed)") }
            #expect(with.errors > 0)
        }
    }

    /// A value too large for the limit fails its invocation, whether it is kept decoded or not.
    @Test func limitHoldsForDecodedValues() throws {
        let harness = try SteppedHarness(
            Self.services(keepsDecoded: true), onError: ErrorPolicy(attempts: 1, then: .skip)
        ) { $0.limits.maxStateBytes = 60 }
        harness.deliver(["short", String(repeating: "x", count: 100), "ok"], key: "k0")
        try harness.settle()
        #expect(harness.skippedCount == 1)
        let state = try harness.engine.state(service: "Object", key: Array("k0".utf8))
        #expect(
            state["total"].map { String(decoding: $0, as: UTF8.self) }
                == #"{"events":2,"amount":0.2,"names":["short","ok"]}"#)
    }
}

extension SteppedHarness {
    fileprivate var skippedCount: Int {
        observer.events.withLock { $0.filter { if case .skipped = $0 { true } else { false } }.count }
    }
}
