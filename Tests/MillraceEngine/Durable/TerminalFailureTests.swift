import Millrace
import MillraceStore
import Testing

@testable import MillraceEngine
@testable import MillraceTesting

@VirtualObject
private struct Ending {
    @Handler func refuse(_ context: ObjectContext, _ pause: Int) async throws {
        if pause > 0 { try await context.sleep(for: .seconds(Int64(pause))) }
        throw TerminalError("card declined", code: 402)
    }

    @Handler(options: HandlerOptions(retry: .never, onExhaustion: .kill))
    func exhaust(_ context: ObjectContext) throws { throw Flaky() }
}

@Service
private struct Sender {
    @Handler func send(_ context: ServiceContext, _ pause: Int) throws {
        context.send(to: Ending.self, key: "k").refuse(pause)
    }

    @Handler func sendExhausting(_ context: ServiceContext) throws {
        context.send(to: Ending.self, key: "k").exhaust()
    }

    @Handler func call(_ context: ServiceContext) async throws -> String {
        do { try await context.call(to: Ending.self, key: "k").refuse(0).value } catch let error as TerminalError {
            return "\(error.code)"
        }
        return "?"
    }

    @Handler func callWrongly(_ context: ServiceContext) async throws -> String {
        let call = context.call(service: "Ending", handler: "refuse", key: "k", payload: Array("no number".utf8))
        do { _ = try await call.value } catch let error as TerminalError { return "\(error.code)" }
        return "?"
    }

    @Handler func sendWrongly(_ context: ServiceContext) {
        context.send(service: "Ending", handler: "refuse", key: "k", payload: Array("no number".utf8))
    }

    @Handler func sendAndAttach(_ context: ServiceContext) async throws -> String {
        guard let id = context.send(to: Ending.self, key: "k").refuse(10) else { return "?" }
        do { _ = try await context.attach(to: id, as: Int?.self).value } catch let error as TerminalError {
            return "\(error.code)"
        }
        return "?"
    }
}

/// An error that ends an invocation is told to those who wait for it, and where there is nobody, to people.
@Suite(.timeLimit(.minutes(5))) struct TerminalFailureTests {
    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]

    private func app(_ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication([Ending(), Sender()], crashes: crashes)
    }

    @Test(arguments: crashes, [0, 10]) func ofASendIsToldToPeople(crashes: TestApplication.Crashes, pause: Int) throws {
        let app = try app(crashes)
        try app.call(Sender.self) { $0.send(pause) }
        try app.advance(by: .seconds(10))
        #expect(app.failures == ["ended with an error: Ending/refuse of 'k': [402] card declined"])
        if crashes == .never { #expect(app.statistics?.terminalFailures == 1) }
    }

    @Test(arguments: crashes) func ofASendThatIsGivenUpIsToldToPeople(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        try app.call(Sender.self) { $0.sendExhausting() }
        #expect(app.failures == ["ended with an error: Ending/exhaust of 'k': [500] Flaky()"])
        // Its record stayed for ever; that of the call is kept as its result.
        #expect(try app.records == 1)
    }

    @Test func ofATickOfAScheduleIsToldToPeople() throws {
        let app = try TestApplication(
            [Ending(), Sender()],
            schedules: [TestSchedule(.every(.seconds(60)), to: Ending.self, "exhaust", key: "k")])
        try app.advance(by: .seconds(60))
        #expect(app.failures == ["ended with an error: Ending/exhaust of 'k': [500] Flaky()"])
    }

    @Test(arguments: crashes) func ofACallIsToldToTheCallerAlone(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        #expect(try app.call(Sender.self) { $0.call() } == "402")
        #expect(app.failures == [])
    }

    /// The key of an input that does not decode was parked, and its caller waited for a person.
    @Test(arguments: crashes) func ofAnInputThatDoesNotDecodeIsToldToTheCaller(crashes: TestApplication.Crashes) throws
    {
        let app = try app(crashes)
        #expect(try app.call(Sender.self) { $0.callWrongly() } == "400")
        #expect(app.failures == [])
        #expect(app.statistics?.parkedKeys == 0)
        #expect(try app.call(Sender.self) { $0.call() } == "402")
    }

    @Test(arguments: crashes) func ofAnInputThatDoesNotDecodeIsToldToPeople(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        try app.call(Sender.self) { $0.sendWrongly() }
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(app.failures.first?.hasPrefix("ended with an error: Ending/refuse of 'k': [400]") == true)
        #expect(app.statistics?.parkedKeys == 0)
    }

    @Test(arguments: crashes) func isToldToWhoeverHasAttached(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let attached = try app.start(Sender.self) { $0.sendAndAttach() }
        try app.advance(by: .seconds(10))
        #expect(try app.result(of: attached) == "402")
        #expect(app.failures == [])
    }

    /// A record that cannot succeed goes the way of its subscription, and is told of there.
    @Test func ofARecordIsToldOnce() throws {
        let app = try app(.never)
        try app.send(record: 0, key: "k", to: Ending.self, "refuse")
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(app.failures.first?.hasPrefix("parked: Ending/refuse of 'k'") == true)
        #expect(app.statistics?.terminalFailures == 0)
    }
}

extension TestApplication {
    /// How many invocations have a record.
    fileprivate var records: Int {
        get throws {
            try (engine?.shards ?? []).map { shard in
                let prefix = [UInt8(shard.index >> 8), UInt8(shard.index & 0xff)]
                return try shard.store.scan(.invocations, from: prefix, to: ShardStore.end(ofPrefix: prefix)).count
            }.reduce(0, +)
        }
    }
}
