import Millrace
import MillraceStore
import Testing

@testable import MillraceEngine
@testable import MillraceTesting

/// Signals to invocations that stand in line, or whose time has not come: they are there when the handler asks for them.
@Suite struct EarlySignalTests {
    @VirtualObject struct Doors {
        @Handler func open(_ context: ObjectContext) async throws -> String {
            let key = context.signal("key", as: String.self)
            let word = context.signal("word", as: String.self)
            return "\(try await key.value) \(try await word.value)"
        }

        @Handler func openLater(_ context: ObjectContext, _ seconds: Int) async throws -> String {
            let id = context.send(to: Doors.self, key: context.key, after: .seconds(seconds)).open()
            return "\(id?.description ?? "")"
        }
    }

    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]

    @Test(arguments: crashes) func reachOneThatStandsInLine(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([Doors()], crashes: crashes)
        let first = try app.start(Doors.self, key: "d") { $0.open() }
        let second = try app.start(Doors.self, key: "d") { $0.open() }
        let third = try app.start(Doors.self, key: "d") { $0.open() }
        try app.signal("key", to: second.id, "brass")
        try app.signal("word", to: second.id, "sesame")
        try app.signal("word", to: third.id, "please")
        #expect(try app.result(of: second) == nil)
        try app.signal("key", to: first.id, "iron")
        try app.signal("word", to: first.id, "now")
        #expect(try app.result(of: first) == "iron now")
        #expect(try app.result(of: second) == "brass sesame")
        #expect(try app.result(of: third) == nil)
        try app.signal("key", to: third.id, "wooden")
        #expect(try app.result(of: third) == "wooden please")
        #expect(try app.journalRows == 0)
    }

    @Test(arguments: crashes, [true, false]) func reachOneThatIsDelayed(
        crashes: TestApplication.Crashes, isBusy: Bool
    ) throws {
        let app = try TestApplication([Doors()], crashes: crashes)
        let text = try app.call(Doors.self, key: "d") { $0.openLater(60) }
        let id = try #require(InvocationID(text))
        try app.signal("key", to: id, "brass")
        try app.signal("word", to: id, "sesame")
        let other = try isBusy ? app.start(Doors.self, key: "d") { $0.open() } : nil
        try app.advance(by: .seconds(61))
        if let other {
            #expect(app.openInvocations.first?.behind == 1)
            try app.signal("key", to: other.id, "iron")
            try app.signal("word", to: other.id, "now")
        }
        #expect(app.openInvocations.isEmpty)
        #expect(try app.journalRows == 0)
    }

    @Test(arguments: crashes) func areForgottenWithOneThatIsCancelledBeforeItBegins(
        crashes: TestApplication.Crashes
    ) throws {
        let app = try TestApplication([Doors()], crashes: crashes)
        let first = try app.start(Doors.self, key: "d") { $0.open() }
        let second = try app.start(Doors.self, key: "d") { $0.open() }
        let delayed = try #require(InvocationID(try app.call(Doors.self, key: "e") { $0.openLater(60) }))
        try app.signal("key", to: second.id, "brass")
        try app.signal("key", to: delayed, "brass")
        #expect(try app.journalRows >= 2)
        try app.cancel(second.id)
        try app.cancel(delayed)
        try app.cancel(first.id)
        #expect(throws: TerminalError.self) { try app.result(of: second) }
        #expect(app.openInvocations.isEmpty)
        #expect(try app.journalRows == 0)
    }
}

extension TestApplication {
    /// How many rows of journals there are.
    fileprivate var journalRows: Int {
        get throws {
            try (engine?.shards ?? []).map { shard in
                let prefix = [UInt8(shard.index >> 8), UInt8(shard.index & 0xff)]
                return try shard.store.scan(.journal, from: prefix, to: ShardStore.end(ofPrefix: prefix)).count
            }.reduce(0, +)
        }
    }
}
