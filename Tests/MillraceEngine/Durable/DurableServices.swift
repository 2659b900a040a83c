import Millrace
import Synchronization

/// Counts what steps do to the world outside, by name.
final class World: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func happen(_ what: String) -> Int {
        counts.withLock { counts in
            counts[what, default: 0] += 1
            return counts[what] ?? 0
        }
    }

    subscript(what: String) -> Int { counts.withLock { $0[what] ?? 0 } }
}

struct Flaky: Error {}

extension StateKey<Int> { static var total: Self { Self("total") } }
extension StateKey<[String]> { static var log: Self { Self("log") } }

@VirtualObject
struct Counter {
    @Handler func add(_ context: ObjectContext, _ amount: Int) async throws -> Int {
        let total = (try context.get(.total) ?? 0) + amount
        context.set(.total, total)
        return total
    }

    @Handler func slowAdd(_ context: ObjectContext, _ amount: Int) async throws -> Int {
        let before = try context.get(.total) ?? 0
        try await context.sleep(for: .seconds(10))
        context.set(.total, before + amount)
        return before + amount
    }

    @Handler func get(_ context: SharedObjectContext) async throws -> Int { try context.get(.total) ?? 0 }

    @Handler func fail(_ context: ObjectContext) async throws {
        context.set(.total, -1)
        throw TerminalError("no such thing", code: 404)
    }

    @Handler func callsItself(_ context: ObjectContext) async throws -> Int {
        try await context.call(to: Counter.self, key: context.key).add(1).value
    }
}

@Service
struct Steps {
    let world: World
    var gate = Gate()

    @Handler func three(_ context: ServiceContext) async throws -> [Int] {
        let first = try await context.run("first") { world.happen("first") }
        let second = try await context.run("second") { world.happen("second") + first }
        let third = try await context.run("third") { world.happen("third") + second }
        return [first, second, third]
    }

    @Handler func flaky(_ context: ServiceContext) async throws -> Int {
        let kept = try await context.run("kept") { world.happen("kept") }
        let tries = try await context.run("flaky") {
            let count = world.happen("flaky")
            if count < 4 { throw Flaky() }
            return count
        }
        return kept * 100 + tries
    }

    /// Steps beside the handler that wait for something outside.
    @Handler func besideSlowly(_ context: ServiceContext) async throws -> [Int] {
        let steps = (1...3).map { number in
            context.start("slow \(number)") {
                await gate.wait()
                return number
            }
        }
        return try await DurableFuture.all(steps).value
    }

    @Handler func exhausted(_ context: ServiceContext) async throws -> String {
        do {
            try await context.run("never", retry: RetryPolicy(initial: .seconds(1), maxAttempts: 3)) {
                _ = world.happen("never")
                throw Flaky()
            }
            return "?"
        } catch let error as TerminalError {
            return "gave up: \(error.code)"
        }
    }

    @Handler func beside(_ context: ServiceContext) async throws -> [Int] {
        let futures = (1...5).map { number in context.start("step \(number)") { world.happen("beside") * 0 + number } }
        return try await DurableFuture.all(futures).value
    }

    @Handler func insideStep(_ context: ServiceContext) async throws {
        try await context.run("outer") { context.cancel(context.invocationID) }
    }
}

@Service
struct Caller {
    @Handler func sum(_ context: ServiceContext, _ keys: [String]) async throws -> Int {
        var sum = 0
        for key in keys { sum += try await context.call(to: Counter.self, key: ObjectKey(key)).add(1).value }
        return sum
    }

    @Handler func fanOut(_ context: ServiceContext, _ count: Int) async throws -> Int {
        let calls = (0..<count).map { context.call(to: Counter.self, key: ObjectKey("k\($0)")).add(1).future }
        return try await DurableFuture.all(calls).value.reduce(0, +)
    }

    @Handler func catches(_ context: ServiceContext) async throws -> String {
        do {
            try await context.call(to: Counter.self, key: "x").fail().value
            return "?"
        } catch let error as TerminalError { return "\(error.code) \(error.message)" }
    }

    @Handler func race(_ context: ServiceContext) async throws -> String {
        let slow = context.timer(after: .seconds(20)).map { "slow" }
        let fast = context.timer(after: .seconds(5)).map { "fast" }
        return try await DurableFuture.race([slow, fast]).value
    }

    @Handler func timeout(_ context: ServiceContext) async throws -> String {
        let call = context.call(to: Counter.self, key: "t").slowAdd(1)
        do {
            return "\(try await call.future.timeout(after: .seconds(3)).value)"
        } catch let error as TerminalError { return "\(error.code)" }
    }

    @Handler func compensates(_ context: ServiceContext) async throws -> String {
        context.send(to: Counter.self, key: "saga").add(1)
        do {
            _ = try await context.call(to: Counter.self, key: "other").slowAdd(5).value
            return "done"
        } catch let error as TerminalError {
            _ = try await context.call(to: Counter.self, key: "saga").add(-1).value
            return "compensated \(error.code)"
        }
    }

    @Handler func once(_ context: ServiceContext) async throws -> [Int] {
        let first = try await context.call(to: Counter.self, key: "i", idempotencyKey: "same").add(1).value
        let second = try await context.call(to: Counter.self, key: "i", idempotencyKey: "same").add(1).value
        return [first, second]
    }

    @Handler func attaches(_ context: ServiceContext) async throws -> [Int] {
        let call = context.call(to: Counter.self, key: "a", idempotencyKey: "attached").slowAdd(3)
        guard let id = call.invocationID else { return [] }
        let now = try await context.output(of: id, as: Int.self)
        let later = try await context.attach(to: id, as: Int.self).value
        return [now ?? -1, later, try await call.value]
    }

    @Handler func sendsSlowly(_ context: ServiceContext) async throws {
        for _ in 1...3 { context.send(to: Counter.self, key: "line").slowAdd(1) }
    }

    @Handler func twiceAtOnce(_ context: ServiceContext) async throws -> [Int] {
        for _ in 1...2 { context.send(to: Counter.self, key: "sent", idempotencyKey: "same").add(1) }
        for _ in 1...2 { context.send(to: Counter.self, key: "slow", idempotencyKey: "same").slowAdd(1) }
        let calls = (1...2).map { _ in
            context.call(to: Counter.self, key: "called", idempotencyKey: "same").add(1).future
        }
        return try await DurableFuture.all(calls).value
    }

    @Handler func sendsLater(_ context: ServiceContext) async throws -> [Int] {
        guard let id = context.send(to: Counter.self, key: "later", after: .seconds(5)).add(7) else { return [] }
        let attached = context.attach(to: id, as: Int.self)
        return try await DurableFuture.all([attached, context.attach(to: id, as: Int.self)]).value
    }

    @Handler func attachesTo(_ context: ServiceContext, _ id: InvocationID) async throws -> Int {
        try await context.attach(to: id, as: Int.self).value
    }

    @Handler func times(_ context: ServiceContext) async throws -> [Int64] {
        let start = context.nowMilliseconds
        try await context.sleep(for: .milliseconds(1_500))
        let random = context.random
        let a = random.next()
        try await context.sleep(for: .milliseconds(500))
        return [context.nowMilliseconds - start, Int64(truncatingIfNeeded: a) & 0xffff, Int64(random.uuid().count)]
    }
}

@VirtualObject
struct Approval {
    @Handler func ask(_ context: ObjectContext) async throws -> String {
        let awakeable = context.awakeable(as: String.self)
        context.emit(topic: "asked", key: context.key, value: awakeable.id)
        return try await awakeable.value
    }

    @Handler func waitForSignals(_ context: ObjectContext) async throws -> [String] {
        let first = try await context.signal("go", as: String.self).value
        let second = try await context.signal("go", as: String.self).value
        return [first, second]
    }
}

extension PromiseKey<String> { static var clicked: Self { Self("clicked") } }

@Workflow
struct Signup {
    let world: World

    @Handler func run(_ context: WorkflowContext, _ email: String) async throws -> String {
        context.set(StateKey<String>("email"), email)
        try await context.run("mail") { _ = world.happen("mail") }
        let secret = try await context.promise(.clicked).value
        context.set(StateKey<String>("status"), "verified")
        return "\(email) \(secret)"
    }

    @Handler func click(_ context: SharedWorkflowContext, _ secret: String) async throws -> Bool {
        do {
            try await context.promise(.clicked).resolve(secret)
            return true
        } catch let error as TerminalError where error.code == 409 { return false }
    }

    @Handler func peek(_ context: SharedWorkflowContext) async throws -> String? {
        try await context.promise(.clicked).peek()
    }
}
