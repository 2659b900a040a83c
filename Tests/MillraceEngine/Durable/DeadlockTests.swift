import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

/// Holds its key for a while, and then calls another one.
@VirtualObject
private struct Holder {
    @Handler func touch(_ context: ObjectContext) async throws -> String { "touched" }

    @Handler func rest(_ context: ObjectContext) async throws -> String {
        try await context.sleep(for: .seconds(100))
        return "rested"
    }

    @Handler func callOn(_ context: ObjectContext, _ other: String) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        do { return try await context.call(to: Holder.self, key: ObjectKey(other)).touch().value } catch let error
            as TerminalError
        { return "\(error.code) \(error.message)" }
    }

    @Handler func callRest(_ context: ObjectContext, _ other: String) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        return try await context.call(to: Holder.self, key: ObjectKey(other)).rest().value
    }

    /// Has another way out than the call.
    @Handler func callForAWhile(_ context: ObjectContext, _ other: String) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        let call = context.call(to: Holder.self, key: ObjectKey(other)).touch()
        do { return try await call.future.timeout(after: .seconds(30)).value } catch let error as TerminalError {
            return "\(error.code)"
        }
    }

    /// Waits for the result of somebody else's invocation.
    @Handler func attachTo(_ context: ObjectContext, _ other: InvocationID) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        do { return try await context.attach(to: other, as: String.self).value } catch let error as TerminalError {
            return "\(error.code) \(error.message)"
        }
    }

    /// Waits for the result of somebody else's invocation, and has another way out.
    @Handler func attachForAWhile(_ context: ObjectContext, _ other: InvocationID) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        let other = context.attach(to: other, as: String.self)
        do { return try await other.timeout(after: .seconds(30)).value } catch let error as TerminalError {
            return "\(error.code)"
        }
    }

    /// Calls by way of a service that has no key.
    @Handler func callThrough(_ context: ObjectContext, _ other: String) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        do { return try await context.call(to: Relay.self).pass(other).value } catch let error as TerminalError {
            return "\(error.code) \(error.message)"
        }
    }
}

@Service
private struct Relay {
    @Handler func pass(_ context: ServiceContext, _ other: String) async throws -> String {
        try await context.call(to: Holder.self, key: ObjectKey(other)).touch().value
    }

    /// Waits for the results of others of its kind, by their idempotency keys.
    @Handler func attachTo(_ context: ServiceContext, _ other: String) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        let attached = context.attach(
            to: Relay.self, handler: "attachTo", idempotencyKey: other, as: String.self)
        do { return try await attached.value } catch let error as TerminalError {
            return "\(error.code) \(error.message)"
        }
    }

    /// Calls others of its kind, by idempotency keys that may be known already.
    @Handler func callOnce(_ context: ServiceContext, _ others: [String]) async throws -> String {
        guard let next = others.first else { return "end" }
        let call = context.call(to: Relay.self, idempotencyKey: next).callOnce(Array(others.dropFirst()))
        do { return try await call.value } catch let error as TerminalError {
            return "\(error.code) \(error.message)"
        }
    }
}

/// Invocations that began independently of each other, and wait for each other's keys.
@Suite(.timeLimit(.minutes(5))) struct DeadlockTests {
    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]

    private func app(
        _ crashes: TestApplication.Crashes, _ adjust: (inout EngineOptions) -> Void = { _ in }
    ) throws -> TestApplication {
        try TestApplication([Holder().definition, Relay().definition], crashes, adjusting: adjust)
    }

    /// Keys of which each is on a shard of its own.
    private static let keys: [String] = (0..<4).map { shard in
        (0..<1_000).map { "k\($0)" }.first {
            RecordRouter.shard(ofHash: InvocationNames.hash(Array($0.utf8)), shardCount: 4) == shard
        } ?? ""
    }

    /// Starts a ring: each key's handler calls the next key.
    private func ring(
        _ app: TestApplication, _ keys: [String],
        _ start: (TestApplication, String, String) throws -> TestInvocation<String>
    ) throws -> [TestInvocation<String>] {
        try keys.indices.map { try start(app, keys[$0], keys[($0 + 1) % keys.count]) }
    }

    private func callOn(_ app: TestApplication, _ key: String, _ other: String) throws -> TestInvocation<String> {
        try app.start(Holder.self, key: ObjectKey(key)) { $0.callOn(other) }
    }

    private func expectOneFailed(_ invocations: [TestInvocation<String>], _ app: TestApplication) throws {
        let results = try invocations.map { try #require(try app.result(of: $0)) }
        #expect(results.count { $0 == "touched" } == invocations.count - 1, "\(results)")
        let failed = try #require(results.first { $0 != "touched" })
        #expect(failed.hasPrefix("409 deadlock: Holder/touch of key 'k"), "\(failed)")
        #expect(failed.contains("send instead of calling"), "\(failed)")
        #expect(app.statistics?.busyKeys == 0)
        #expect(app.statistics?.queuedInvocations == 0)
    }

    @Test(arguments: crashes, [2, 3, 4]) func endsARingOverShards(crashes: TestApplication.Crashes, size: Int) throws {
        let app = try app(crashes)
        let invocations = try ring(app, Array(Self.keys.prefix(size)), callOn)
        try app.advance(by: .milliseconds(1_499))
        #expect(app.failures == [])
        for invocation in invocations { #expect(try app.result(of: invocation) == nil) }
        try app.advance(by: .milliseconds(501))
        try expectOneFailed(invocations, app)
        #expect(app.failures.count == 1, "\(app.failures)")
        let told = try #require(app.failures.first)
        #expect(told.hasPrefix("warning: deadlock: inv_1"))
        for invocation in invocations { #expect(told.contains("\(invocation.id)"), "\(told)") }
        for key in Self.keys.prefix(size) { #expect(told.contains("Holder/touch of key '\(key)'"), "\(told)") }
        if crashes == .never { #expect(app.statistics?.deadlocks == 1) }
    }

    @Test(arguments: crashes) func endsARingOnOneShard(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes) { $0.shardCount = 1 }
        let invocations = try ring(app, ["k1", "k2", "k3"], callOn)
        try app.advance(by: .seconds(2))
        try expectOneFailed(invocations, app)
    }

    @Test(arguments: crashes) func followsCallsToServicesWithoutKeys(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let invocations = try ring(app, Array(Self.keys.prefix(3))) { app, key, other in
            try app.start(Holder.self, key: ObjectKey(key)) { $0.callThrough(other) }
        }
        try app.advance(by: .seconds(2))
        try expectOneFailed(invocations, app)
    }

    /// What waits need not be in memory.
    @Test func findsARingWhoseMemoryIsReleased() throws {
        let app = try app(.never) { $0.limits.inactivityTimeout = .milliseconds(600) }
        let invocations = try ring(app, Array(Self.keys.prefix(3)), callOn)
        try app.advance(by: .milliseconds(1_200))
        #expect(app.statistics?.waitingInvocations == 0)
        try app.advance(by: .seconds(2))
        try expectOneFailed(invocations, app)
    }

    /// A ring that closes when some of those in it have waited for long, and when nobody knows any more for what.
    @Test func findsARingThatClosesAfterARestart() throws {
        let app = try app(.never) { $0.limits.inactivityTimeout = .milliseconds(600) }
        let keys = Self.keys
        let late = try app.start(Holder.self, key: ObjectKey(keys[0]), after: .seconds(60)) { $0.callOn(keys[1]) }
        let rest = try app.start(Holder.self, key: ObjectKey(keys[2])) { $0.rest() }
        try app.advance(by: .seconds(58))
        let first = try app.start(Holder.self, key: ObjectKey(keys[1])) { $0.callOn(keys[2]) }
        let second = try app.start(Holder.self, key: ObjectKey(keys[2])) { $0.callOn(keys[0]) }
        try app.advance(by: .seconds(20))
        try app.crash()
        #expect(try app.result(of: rest) == nil)
        try app.advance(by: .seconds(200))
        #expect(try app.result(of: rest) == "rested")
        for invocation in [late, first, second] { #expect(try app.result(of: invocation) != nil) }
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func aChainIsNoRing(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let keys = Self.keys
        let last = try app.start(Holder.self, key: ObjectKey(keys[3])) { $0.rest() }
        let third = try app.start(Holder.self, key: ObjectKey(keys[2])) { $0.callRest(keys[3]) }
        let second = try app.start(Holder.self, key: ObjectKey(keys[1])) { $0.callOn(keys[2]) }
        let first = try app.start(Holder.self, key: ObjectKey(keys[0])) { $0.callOn(keys[1]) }
        try app.advance(by: .seconds(99))
        #expect(try app.result(of: first) == nil)
        try app.advance(by: .seconds(300))
        #expect(try app.result(of: last) == "rested")
        #expect(try app.result(of: third) == "rested")
        #expect(try app.result(of: second) == "touched")
        #expect(try app.result(of: first) == "touched")
        #expect(app.failures == [])
        #expect(app.statistics?.busyKeys == 0)
    }

    /// One of the ring does not wait for ever: it gives up by itself, and so nobody else has to.
    @Test(arguments: crashes) func aRingThatDissolvesByItselfIsLeftAlone(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let keys = Self.keys
        let first = try callOn(app, keys[0], keys[1])
        let second = try callOn(app, keys[1], keys[2])
        let third = try app.start(Holder.self, key: ObjectKey(keys[2])) { $0.callForAWhile(keys[0]) }
        try app.advance(by: .seconds(29))
        #expect(try app.result(of: first) == nil)
        try app.advance(by: .seconds(2))
        #expect(try app.result(of: third) == "408")
        #expect(try app.result(of: second) == "touched")
        #expect(try app.result(of: first) == "touched")
        #expect(app.failures == [])
        try app.advance(by: .seconds(100))
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func aRingThatSomebodyEndsBeforeIsNotFound(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let invocations = try ring(app, Array(Self.keys.prefix(3)), callOn)
        try app.advance(by: .milliseconds(1_400))
        try app.kill(invocations[1].id)
        try app.advance(by: .seconds(100))
        #expect(try app.result(of: invocations[0]) == "touched")
        #expect(try app.result(of: invocations[2]) == "touched")
        #expect(app.failures == [])
        #expect(app.statistics?.busyKeys == 0)
    }

    /// Of all the calls the youngest fails, wherever the search began.
    @Test func theYoungestCallFails() throws {
        let app = try app(.never)
        let keys = Array(Self.keys.prefix(3))
        for youngest in 0..<3 {
            var invocations: [Int: TestInvocation<String>] = [:]
            for at in 0..<3 where at != youngest {
                invocations[at] = try callOn(app, keys[at], keys[(at + 1) % 3])
            }
            try app.advance(by: .milliseconds(100))
            invocations[youngest] = try callOn(app, keys[youngest], keys[(youngest + 1) % 3])
            try app.advance(by: .seconds(3))
            for at in 0..<3 {
                let invocation = try #require(invocations[at])
                let result = try #require(try app.result(of: invocation))
                #expect(result.hasPrefix("409") == (at == youngest), "\(at) of \(youngest): \(result)")
            }
        }
    }

    @Test func canBeToldOfOnly() throws {
        let app = try app(.never) { $0.limits.failsDeadlocks = false }
        let invocations = try ring(app, Array(Self.keys.prefix(3)), callOn)
        try app.advance(by: .seconds(600))
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(app.failures.first?.contains("cancel one of them") == true)
        for invocation in invocations { #expect(try app.result(of: invocation) == nil) }
        try app.cancel(invocations[0].id)
        #expect(try app.result(of: invocations[0])?.hasPrefix("409") == true)
        #expect(try app.result(of: invocations[1]) == "touched")
        #expect(try app.result(of: invocations[2]) == "touched")
        #expect(app.statistics?.busyKeys == 0)
    }

    // MARK: Rings through attach

    /// One holds a key, and waits for the result of another one, which calls that key.
    @Test(arguments: crashes) func endsARingOfACallAndAnAttach(crashes: TestApplication.Crashes) throws {
        try endRingOfACallAndAnAttach(try app(crashes))
    }

    @Test func findsARingOfACallAndAnAttachWhoseMemoryIsReleased() throws {
        try endRingOfACallAndAnAttach(try app(.never) { $0.limits.inactivityTimeout = .milliseconds(600) })
    }

    private func endRingOfACallAndAnAttach(_ app: TestApplication) throws {
        let keys = Self.keys
        let calling = try callOn(app, keys[1], keys[0])
        let attached = try app.start(Holder.self, key: ObjectKey(keys[0])) { $0.attachTo(calling.id) }
        try app.advance(by: .milliseconds(1_499))
        #expect(app.failures == [])
        try app.advance(by: .seconds(2))
        let result = try #require(try app.result(of: calling))
        #expect(result.hasPrefix("409 deadlock: Holder/touch of key '\(keys[0])'"), "\(result)")
        #expect(try app.result(of: attached) == result)
        #expect(app.failures.count == 1, "\(app.failures)")
        let told = try #require(app.failures.first)
        #expect(told.hasPrefix("warning: deadlock: inv_1"), "\(told)")
        #expect(
            told.contains("\(attached.id) waits for \(calling.id), to which it has attached, of Holder/callOn"),
            "\(told)")
        #expect(app.statistics?.busyKeys == 0)
        #expect(app.statistics?.queuedInvocations == 0)
    }

    /// Nobody stands in line: it is one of the waits that fails, and all of them go on.
    @Test(arguments: crashes, [1, 2, 3])
    func endsARingOfAttaches(crashes: TestApplication.Crashes, size: Int) throws {
        let app = try app(crashes)
        let invocations = try (0..<size).map { at in
            try app.start(Relay.self, idempotencyKey: "r\(at)") { $0.attachTo("r\((at + 1) % size)") }
        }
        try app.advance(by: .milliseconds(1_499))
        #expect(app.failures == [])
        try app.advance(by: .seconds(2))
        let results = try invocations.map { try #require(try app.result(of: $0)) }
        #expect(Set(results).count == 1, "\(results)")
        let failed = try #require(results.first)
        #expect(failed.hasPrefix("409 deadlock: Relay/attachTo of key ''"), "\(failed)")
        #expect(failed.contains("whose result is waited for here"), "\(failed)")
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(app.failures.first?.contains("the wait of inv_1") == true, "\(app.failures)")
        #expect(app.statistics?.busyKeys == 0)
    }

    /// A call with an idempotency key that is known already waits for somebody else's invocation, too.
    @Test(arguments: crashes) func endsARingOfCallsThatJoin(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let first = try app.start(Relay.self, idempotencyKey: "a") { $0.callOnce(["b", "c", "a"]) }
        try app.advance(by: .seconds(3))
        let result = try #require(try app.result(of: first))
        #expect(result.hasPrefix("409 deadlock: Relay/callOnce of key ''"), "\(result)")
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(app.statistics?.busyKeys == 0)
    }

    /// What stands behind the one that waits for it is somebody else's, and runs all the same.
    @Test(arguments: crashes) func whoAttachesToWhatStandsBehindHimGetsAnError(crashes: TestApplication.Crashes) throws
    {
        let app = try app(crashes)
        let key = ObjectKey(Self.keys[0])
        let touch = InvocationNames.idempotent(
            service: "Holder", key: key.bytes, handler: "touch", idempotencyKey: "behind")
        let attached = try app.start(Holder.self, key: key) { $0.attachTo(touch) }
        let behind = try app.start(Holder.self, key: key, idempotencyKey: "behind") { $0.touch() }
        #expect(behind.id == touch)
        try app.advance(by: .seconds(2))
        #expect(try app.result(of: attached)?.hasPrefix("409 deadlock: Holder/touch of key") == true)
        #expect(try app.result(of: behind) == "touched")
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func anAttachWithAnotherWayOutIsNoRing(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let keys = Self.keys
        let calling = try callOn(app, keys[1], keys[0])
        let attached = try app.start(Holder.self, key: ObjectKey(keys[0])) { $0.attachForAWhile(calling.id) }
        try app.advance(by: .seconds(30))
        #expect(try app.result(of: attached) == nil)
        try app.advance(by: .seconds(1))
        #expect(try app.result(of: attached) == "408")
        #expect(try app.result(of: calling) == "touched")
        #expect(app.failures == [])
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func whoAttachesToOneThatGoesOnIsInNoRing(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let rest = try app.start(Holder.self, key: ObjectKey(Self.keys[0])) { $0.rest() }
        let attached = try app.start(Holder.self, key: ObjectKey(Self.keys[1])) { $0.attachTo(rest.id) }
        try app.advance(by: .seconds(99))
        #expect(try app.result(of: attached) == nil)
        try app.advance(by: .seconds(2))
        #expect(try app.result(of: attached) == "rested")
        #expect(app.failures == [])
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test func aRingOfAttachesCanBeToldOfOnly() throws {
        let app = try app(.never) { $0.limits.failsDeadlocks = false }
        let invocations = try (0..<2).map { at in
            try app.start(Relay.self, idempotencyKey: "r\(at)") { $0.attachTo("r\(1 - at)") }
        }
        try app.advance(by: .seconds(600))
        #expect(app.failures.count == 1, "\(app.failures)")
        for invocation in invocations { #expect(try app.result(of: invocation) == nil) }
        try app.cancel(invocations[0].id)
        for invocation in invocations { #expect(try app.result(of: invocation)?.hasPrefix("409") == true) }
        #expect(app.statistics?.busyKeys == 0)
    }
}
