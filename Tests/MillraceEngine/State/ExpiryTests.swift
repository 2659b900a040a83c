import Millrace
import MillraceStore
import Testing

@testable import MillraceEngine
@testable import MillraceTesting

/// State that goes by itself after a time, with a crash after every turn and without.
@Suite struct ExpiryTests {
    struct Failure: Error {}

    @VirtualObject struct Sessions {
        static let session = StateKey<String>("session", expiresAfter: .seconds(64))
        static let plain = StateKey<String>("plain")

        @Handler func login(_ context: ObjectContext, _ name: String) throws {
            context.set(Self.session, name)
            context.set(Self.plain, name)
        }
        @Handler func logout(_ context: ObjectContext) throws { context.clear(Self.session) }
        @Handler func who(_ context: ObjectContext) throws -> String { try context.get(Self.session) ?? "nobody" }
        @Handler func plain(_ context: ObjectContext) throws -> String { try context.get(Self.plain) ?? "nobody" }
        @Handler func fail(_ context: ObjectContext) throws {
            context.set(Self.session, "failed")
            throw Failure()
        }
        /// A handler that waits longer than the value lasts.
        @Handler func across(_ context: ObjectContext) async throws -> String {
            let before = try context.get(Self.session) ?? "nobody"
            try await context.sleep(for: .seconds(100))
            return try before + "," + (context.get(Self.session) ?? "nobody")
        }
    }

    /// Whole objects that go.
    @VirtualObject(options: HandlerOptions(stateExpiresAfter: .seconds(640)))
    struct Carts {
        @Handler func put(_ context: ObjectContext, _ item: String) throws {
            context.set(StateKey<String>(item), item)
        }
        @Handler func items(_ context: ObjectContext) throws -> [String] {
            try context.stateNames().filter { try context.get(StateKey<String>($0)) != nil }
        }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func aValueIsGoneAfterItsTime(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([Sessions()], crashes: crashes)
        try app.call(Sessions.self, key: "a") { $0.login("ada") }
        try app.advance(by: .seconds(63))
        #expect(try app.call(Sessions.self, key: "a") { $0.who() } == "ada")
        try app.advance(by: .seconds(3))
        #expect(try app.call(Sessions.self, key: "a") { $0.who() } == "nobody")
        #expect(try app.call(Sessions.self, key: "a") { $0.plain() } == "ada")
        #expect(try app.state(of: "Sessions", key: "a").keys.sorted() == ["plain"])
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func settingItAgainMakesItLast(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([Sessions()], crashes: crashes)
        for number in 0..<10 {
            try app.call(Sessions.self, key: "a") { $0.login("ada \(number)") }
            try app.advance(by: .seconds(50))
            #expect(try app.call(Sessions.self, key: "a") { $0.who() } == "ada \(number)")
        }
        try app.call(Sessions.self, key: "a") { $0.logout() }
        try app.advance(by: .seconds(10))
        try app.call(Sessions.self, key: "a") { $0.login("bob") }
        // The timer of the one before fires.
        try app.advance(by: .seconds(60))
        #expect(try app.call(Sessions.self, key: "a") { $0.who() } == "bob")
        try app.advance(by: .seconds(6))
        #expect(try app.call(Sessions.self, key: "a") { $0.who() } == "nobody")
        try app.advance(by: .seconds(1000))
        #expect(try app.pendingRows == 0)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func whatFailsChangesNothing(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([Sessions()], crashes: crashes)
        try app.call(Sessions.self, key: "a") { $0.login("ada") }
        try app.advance(by: .seconds(40))
        // A retryable error takes back what was set, and how long it was to last; this one fails at each attempt.
        let failing = try app.start(Sessions.self, key: "a") { $0.fail() }
        let other = try app.start(Sessions.self, key: "b") { $0.fail() }
        try app.kill(failing.id)
        try app.kill(other.id)
        #expect(try app.state(of: "Sessions", key: "b").isEmpty)
        try app.advance(by: .seconds(20))
        #expect(try app.call(Sessions.self, key: "a") { $0.who() } == "ada")
        try app.advance(by: .seconds(6))
        #expect(try app.call(Sessions.self, key: "a") { $0.who() } == "nobody")
        #expect(try app.pendingRows == 0)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func aHandlerThatWaitsSeesItGo(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([Sessions()], crashes: crashes)
        try app.call(Sessions.self, key: "a") { $0.login("ada") }
        let waiting = try app.start(Sessions.self, key: "a") { $0.across() }
        try app.advance(by: .seconds(101))
        #expect(try app.result(of: waiting) == "ada,nobody")
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func anObjectIsGoneAfterItsTime(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([Carts()], crashes: crashes)
        try app.call(Carts.self, key: "c") { $0.put("apple") }
        try app.advance(by: .seconds(500))
        try app.call(Carts.self, key: "c") { $0.put("pear") }
        try app.advance(by: .seconds(500))
        #expect(try app.call(Carts.self, key: "c") { $0.items() } == ["apple", "pear"])
        try app.advance(by: .seconds(200))
        try app.call(Carts.self, key: "c") { $0.put("fig") }
        #expect(try app.call(Carts.self, key: "c") { $0.items() } == ["fig"])
        try app.advance(by: .seconds(700))
        #expect(try app.state(of: "Carts", key: "c").isEmpty)
        #expect(try app.pendingRows == 0)
    }
}

extension TestApplication {
    /// How many rows of times, and their timers, are there.
    fileprivate var pendingRows: Int {
        get throws {
            var count = 0
            for shard in engine?.shards ?? [] {
                let prefix = [UInt8(shard.index >> 8), UInt8(shard.index & 0xff)]
                let times = prefix + [UInt8(ascii: "e")]
                count += try shard.store.scan(.meta, from: times, to: ShardStore.end(ofPrefix: times)).count
                count += try shard.store.scan(.timers, from: prefix, to: ShardStore.end(ofPrefix: prefix))
                    .filter { $0.key.suffix(4) == [0xff, 0xff, 0xff, 0xfe] }.count
            }
            return count
        }
    }
}
