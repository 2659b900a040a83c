import Testing

@testable import Millrace

/// Futures and their combinations, over results that the test gives.
struct DurableFutureTests {
    let scope = FakeScope()
    var context: ServiceContext { ServiceContext(scope.handle) }

    private func call(_ name: String) -> DurableFuture<[UInt8]> {
        context.call(service: "S", handler: name).future
    }

    @Test func raceIsTheFirstThatCompletes() async throws {
        let futures = [call("a"), call("b"), call("c")]
        scope.answer(.completion(2), .value([2]))
        scope.answer(.completion(1), .value([1]))
        #expect(try await DurableFuture.race(futures).value == [2])
    }

    @Test func anyPassesOverFailures() async throws {
        let futures = [call("a"), call("b")]
        scope.answer(.completion(1), .failure(TerminalError("no")))
        await #expect(throws: FakeScope.NeverComes.self) { try await DurableFuture.any(futures).value }
        scope.answer(.completion(2), .value([2]))
        #expect(try await DurableFuture.any(futures).value == [2])
    }

    @Test func anyFailsWhenAllHave() async throws {
        let futures = [call("a"), call("b")]
        for number in UInt32(1)...2 { scope.answer(.completion(number), .failure(TerminalError("no"))) }
        await #expect(throws: TerminalError("all 2 operations failed")) { try await DurableFuture.any(futures).value }
    }

    @Test func allKeepsTheOrderOfTheFutures() async throws {
        let futures = (0..<3).map { call("\($0)") }
        for number in [UInt32(3), 1, 2] { scope.answer(.completion(number), .value([UInt8(number)])) }
        #expect(try await DurableFuture.all(futures).value == [[1], [2], [3]])
        #expect(try await DurableFuture<[UInt8]>.all([]).value == [])
    }

    @Test func allFailsWithTheFirstFailure() async throws {
        let futures = [call("a"), call("b"), call("c")]
        scope.answer(.completion(3), .failure(TerminalError("third")))
        scope.answer(.completion(1), .failure(TerminalError("first")))
        await #expect(throws: TerminalError("third")) { try await DurableFuture.all(futures).value }
    }

    @Test func allSettledSaysWhatBecameOfEach() async throws {
        let texts = [call("a"), call("b")].map { future in
            future.map { bytes in try Serde<String>.text.value(of: bytes) }
        }
        scope.answer(.completion(1), .value(Array("yes".utf8)))
        scope.answer(.completion(2), .value([0xff]))
        let results = try await DurableFuture.allSettled(texts).value
        #expect(try results[0].get() == "yes")
        #expect(throws: TerminalError.self) { try results[1].get() }
    }

    /// A failure to start was once lost in combinations.
    @Test func whatCouldNotBeStartedFailsFirst() async throws {
        let failed = DurableFuture<[UInt8]>.failed(ContextError.unknownTarget(service: "X", handler: "y"))
        let pending = call("a")
        for futures in [[failed, pending], [pending, failed]] {
            await #expect(throws: ContextError.self) { try await DurableFuture.race(futures).value }
            await #expect(throws: ContextError.self) { try await DurableFuture.all(futures).value }
            await #expect(throws: FakeScope.NeverComes.self) { try await DurableFuture.any(futures).value }
        }
        scope.answer(.completion(1), .value([1]))
        #expect(try await DurableFuture.any([failed, pending]).value == [1])
    }

    /// An expired timeout is a failure inside a combination, too.
    @Test func timeoutIsAFailure() async throws {
        let late = call("late").timeout(after: .seconds(1))
        let pending = call("pending")
        scope.answer(.completion(2), .void)
        await #expect(throws: TerminalError("not completed within 1.0 seconds", code: 408)) { try await late.value }
        await #expect(throws: FakeScope.NeverComes.self) { try await DurableFuture.any([late, pending]).value }
        await #expect(throws: TerminalError.self) { try await DurableFuture.all([late, pending]).value }
        // What comes after the timeout comes too late.
        scope.answer(.completion(1), .value([1]))
        await #expect(throws: TerminalError.self) { try await late.value }
    }

    @Test func timeoutPassesOnWhatCameInTime() async throws {
        let future = call("a").timeout(after: .seconds(1))
        scope.answer(.completion(1), .value([7]))
        scope.answer(.completion(2), .void)
        #expect(try await future.value == [7])
        #expect(scope.timers == [2_000])
    }

    @Test func combinationOfNothingSaysSo() async {
        await #expect(throws: ContextError.self) { try await DurableFuture<[UInt8]>.race([]).value }
        await #expect(throws: ContextError.self) { try await DurableFuture<[UInt8]>.any([]).value }
    }
}

struct RetryPolicyTests {
    @Test func pausesGrowToTheLongest() {
        let policy = RetryPolicy(initial: .milliseconds(100), factor: 3, maxInterval: .seconds(1), maxAttempts: 6)
        let pauses = (1...6).map { policy.pauseMilliseconds(afterAttempts: $0, elapsedMilliseconds: 0) }
        #expect(pauses == [100, 300, 900, 1_000, 1_000, nil])
    }

    @Test func endsWithItsTime() {
        let policy = RetryPolicy(maxAttempts: nil, maxDuration: .seconds(10))
        #expect(policy.pauseMilliseconds(afterAttempts: 1_000, elapsedMilliseconds: 9_999) == 60_000)
        #expect(policy.pauseMilliseconds(afterAttempts: 1, elapsedMilliseconds: 10_000) == nil)
        #expect(RetryPolicy.never.pauseMilliseconds(afterAttempts: 1, elapsedMilliseconds: 0) == nil)
    }

    @Test func handlerOptionsGoBeforeTheServices() {
        let handler = HandlerOptions(inactivityTimeout: .seconds(1))
        let service = HandlerOptions(onExhaustion: .kill, inactivityTimeout: .seconds(9), revision: "2")
        #expect(
            handler.over(service) == HandlerOptions(onExhaustion: .kill, inactivityTimeout: .seconds(1), revision: "2"))
    }
}

struct DurableRandomTests {
    @Test func uuidHasVersionAndVariant() {
        let text = ServiceContext(FakeScope().handle).random.uuid()
        let parts = text.split(separator: "-").map(\.count)
        #expect(parts == [8, 4, 4, 4, 12])
        #expect(Array(text)[14] == "4")
        #expect("89ab".contains(Array(text)[19]))
    }
}
