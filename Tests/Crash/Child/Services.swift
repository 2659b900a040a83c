import Foundation
import Millrace
import Synchronization

/// What one invocation is to do, as its payload says it: `ID KEY [OPERATION ...]`.
///
/// | operation | meaning |
/// |---|---|
/// | `f:N` | the first `N` attempts of this process's life fail, after everything else was done |
/// | `x` | every attempt fails for good |
/// | `w:MS` | waits so long before and after its effects (Bag only) |
/// | `s:SERVICE/KEY` | sends `ID>` to another object |
/// | `t:MS` | sends `ID@` to itself, so much later |
/// | `e` | emits a record with its id |
/// | `d` | waits in all durable ways before its effects: a step, a sleep, a call, a workflow; and sends `ID#` twice under one key (Bag only) |
struct Command {
    let id: String
    let key: String
    let operations: [(name: String, value: String)]

    init(_ payload: String) throws {
        let parts = payload.split(separator: " ").map(String.init)
        guard parts.count >= 2 else { throw TerminalError("no command") }
        id = parts[0]
        key = parts[1]
        operations = parts[2...].map { part in
            let halves = part.split(separator: ":", maxSplits: 1).map(String.init)
            return (halves[0], halves.count > 1 ? halves[1] : "")
        }
    }

    func value(_ name: String) -> String? { operations.first { $0.name == name }?.value }

    /// Appends the id to the object's list, and does what follows.
    func perform(_ context: ObjectContext, service: String) throws {
        guard context.key.text == key else { throw TerminalError("\(id) is for \(key), and came to \(context.key)") }
        let list = StateKey<String>("list", serde: .text)
        let before = try context.get(list)
        context.set(list, before.map { "\($0) \(id)" } ?? id)
        for operation in operations {
            switch operation.name {
            case "s":
                let target = operation.value.split(separator: "/").map(String.init)
                send(context, service: target[0], key: target[1], id: id + ">", after: .zero)
            case "t":
                send(context, service: service, key: key, id: id + "@", after: .milliseconds(Int(operation.value) ?? 0))
            case "e": context.emit(topic: Self.outputTopic, key: Array(key.utf8), value: Array(id.utf8))
            default: break
            }
        }
    }

    /// Waits in all durable ways, and compares what comes of them.
    func waitDurably(_ context: ObjectContext) async throws {
        let number = try await context.run("number") { Int.random(in: 0..<1_000_000) }
        try await context.sleep(for: .milliseconds(number % 40))
        let taken = try await context.call(to: Teller.self, key: ObjectKey("t" + key)).take("\(id)& \(number)").value
        guard taken == number + 1 else { throw TerminalError("\(id) handed \(number) over, and got \(taken)") }
        for _ in 1...2 {
            context.send(to: Ledger.self, key: ObjectKey("i" + key), idempotencyKey: id).add("\(id)# i\(key)")
        }
        let errand = context.call(to: Errand.self, key: ObjectKey(id)).run(number)
        context.send(to: Errand.self, key: ObjectKey(id)).open(number + 2)
        let opened = try await errand.value
        guard opened == number + 2 else { throw TerminalError("\(id) opened with \(number + 2), and got \(opened)") }
    }

    func fail() throws {
        if value("x") != nil { throw TerminalError("doomed") }
        guard let failures = value("f").flatMap({ Int($0) }) else { return }
        let attempt = Self.attempts.withLock { attempts in
            attempts[id, default: 0] += 1
            return attempts[id, default: 0]
        }
        if attempt <= failures { throw PlannedFailure() }
    }

    private func send(_ context: ObjectContext, service: String, key: String, id: String, after delay: Duration) {
        context.send(
            service: service, handler: "add", key: ObjectKey(key), payload: Array("\(id) \(key)".utf8), after: delay)
    }

    private static let attempts = Mutex<[String: Int]>([:])
    private static let outputTopic = ProcessInfo.processInfo.environment["CRASH_OUTPUT"] ?? "output"
}

struct PlannedFailure: Error {}

/// Attempts are counted across restarts, and every process fails some: with the default policy the last run would wait for
/// minutes.
private let impatient = HandlerOptions(
    retry: RetryPolicy(initial: .milliseconds(20), maxInterval: .milliseconds(200), maxAttempts: nil))

/// Keeps a list, by a handler that cannot wait.
@VirtualObject(options: impatient)
struct Ledger {
    @Handler(input: .text) func add(_ context: ObjectContext, _ payload: String) throws {
        let command = try Command(payload)
        try command.perform(context, service: "Ledger")
        try command.fail()
    }
}

/// Keeps a list, by a handler that may wait.
@VirtualObject(options: impatient)
struct Bag {
    @Handler(input: .text) func add(_ context: ObjectContext, _ payload: String) async throws {
        let command = try Command(payload)
        if command.value("d") != nil { try await command.waitDurably(context) }
        let pause = command.value("w").flatMap { Int($0) }
        if let pause { try await Task.sleep(for: .milliseconds(pause)) }
        try command.perform(context, service: "Bag")
        if let pause { try await Task.sleep(for: .milliseconds(pause)) }
        try command.fail()
    }
}

/// Keeps a list of what it was called with.
@VirtualObject(options: impatient)
struct Teller {
    /// Takes `ENTRY NUMBER`, and returns the number after that.
    @Handler func take(_ context: ObjectContext, _ input: String) async throws -> Int {
        let parts = input.split(separator: " ").map(String.init)
        guard parts.count == 2, let number = Int(parts[1]) else { throw TerminalError("'\(input)'") }
        let list = StateKey<String>("list", serde: .text)
        let before = try context.get(list)
        context.set(list, before.map { "\($0) \(parts[0])" } ?? parts[0])
        return number + 1
    }
}

extension PromiseKey<Int> { fileprivate static var opened: Self { Self("opened") } }

/// Waits until it is opened, and tells a ledger so.
@Workflow(options: impatient)
struct Errand {
    @Handler func run(_ context: WorkflowContext, _ number: Int) async throws -> Int {
        let before = try await context.run("before") { number }
        let opened = try await context.promise(.opened).value
        let id = context.key.text
        context.send(to: Ledger.self, key: ObjectKey("w" + id)).add("\(id)~ w\(id)")
        return before == number ? opened : -1
    }

    @Handler func open(_ context: SharedWorkflowContext, _ number: Int) async throws {
        try await context.promise(.opened).resolve(number)
    }
}

/// Passes commands on to the object that they are for.
@Service
struct Relay {
    @Handler(input: .text) func add(_ context: ServiceContext, _ payload: String) throws {
        let command = try Command(payload)
        context.send(
            service: "Ledger", handler: "add", key: ObjectKey(command.key), payload: Array(payload.utf8), after: .zero)
    }
}

/// Keeps a list of the ticks of its schedule.
@VirtualObject(options: impatient)
struct Clockwork {
    @Handler func tick(_ context: ObjectContext) throws {
        let list = StateKey<String>("list", serde: .text)
        let tick = context.scheduleTick.map { "\($0.milliseconds)" } ?? "none"
        context.set(list, try context.get(list).map { "\($0) \(tick)" } ?? tick)
    }
}
