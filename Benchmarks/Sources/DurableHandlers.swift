import Millrace

/// The handlers of the workloads that wait. Results are counted by ``DurableProgress``.
enum DurableHandlers {
    /// So many durable steps, each of which computes a number; with `emits` the last of them is emitted.
    static func steps(_ count: Int, _ progress: DurableProgress, emits: Bool = false) -> ServiceDefinition {
        ServiceDefinition(
            name: "Steps", kind: .virtualObject,
            handlers: [
                .suspending("event", ObjectContext.init, input: .bytes) { (context: ObjectContext, _: [UInt8]) in
                    var sum: [UInt8] = [1]
                    for _ in 0..<count {
                        let last = sum
                        sum = try await context.run("step", serde: .bytes) { [last[0] &+ 1] }
                    }
                    if emits { context.emit(topic: "out", key: context.key.bytes, value: sum) }
                    progress.add()
                }
            ])
    }

    /// A chain of calls: each object calls the next, down to the last.
    static let chain = ServiceDefinition(
        name: "Chain", kind: .virtualObject,
        handlers: [
            .suspending("event", ObjectContext.init, input: .bytes, output: .bytes) {
                (context: ObjectContext, input: [UInt8]) -> [UInt8] in
                guard let depth = input.first, depth > 0 else { return [0] }
                let key = ObjectKey(context.key.bytes + [depth])
                return try await context.call(service: "Chain", handler: "event", key: key, payload: [depth - 1]).value
            }
        ])

    /// Waits for a signal, and is done.
    static func waiter(_ progress: DurableProgress) -> ServiceDefinition {
        ServiceDefinition(
            name: "Waiter", kind: .virtualObject,
            handlers: [
                .suspending("event", ObjectContext.init, input: .bytes) { (context: ObjectContext, _: [UInt8]) in
                    progress.started(context.invocationID)
                    _ = try await context.signal("go", serde: .bytes).value
                    progress.add()
                }
            ])
    }

    /// Calls so many others, and waits for all.
    static func fanOut(_ count: Int) -> ServiceDefinition {
        ServiceDefinition(
            name: "FanOut", kind: .virtualObject,
            handlers: [
                .suspending("event", ObjectContext.init, input: .bytes, output: .bytes) {
                    (context: ObjectContext, _: [UInt8]) -> [UInt8] in
                    let calls = (0..<count).map { number in
                        context.call(service: "Echo", handler: "event", key: ObjectKey("e\(number)"), payload: [1])
                            .future
                    }
                    let results = try await DurableFuture.all(calls).value
                    return [UInt8(truncatingIfNeeded: results.count)]
                }
            ])
    }

    /// Gives back what it gets.
    static let echo = ServiceDefinition(
        name: "Echo", kind: .virtualObject,
        handlers: [
            .direct("event", ObjectContext.init, input: .bytes, output: .bytes) {
                (_: ObjectContext, input: [UInt8]) -> [UInt8] in input
            }
        ])

    /// Makes a journal of two entries for each of so many steps beside each other, then waits for a signal.
    static func longJournal(_ count: Int, _ progress: DurableProgress) -> ServiceDefinition {
        ServiceDefinition(
            name: "Long", kind: .virtualObject,
            handlers: [
                .suspending("event", ObjectContext.init, input: .bytes) { (context: ObjectContext, _: [UInt8]) in
                    progress.replayBegins()
                    let steps = (0..<count).map { _ in context.start("step", serde: .bytes) { [1] } }
                    for step in steps { _ = try await step.value }
                    progress.replayEnds()
                    progress.started(context.invocationID)
                    _ = try await context.signal("go", serde: .bytes).value
                    progress.add()
                }
            ])
    }
}
