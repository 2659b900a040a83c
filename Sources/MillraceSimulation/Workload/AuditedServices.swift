import Millrace

/// The services of a simulated run. Each handler carries a command out, and appends the command's id to a list under its key:
/// so loss, repetition, reordering and leakage between keys all show in the lists.
struct AuditedServices: Sendable {
    /// An object that keeps its list as one value, with a handler that cannot wait.
    static let ledger = "Ledger"
    /// An object that keeps its list as a value an entry and clears it now and then, with a handler that may wait.
    static let bag = "Bag"
    /// A service without keys, with a handler that may wait. Its list is what it emits.
    static let relay = "Relay"
    /// An object that keeps a list of the ticks of its schedule, which its key names.
    static let clock = "Clock"
    static let handler = "run"

    let environment: SimulatedEnvironment

    var definitions: [ServiceDefinition] {
        [
            ServiceDefinition(
                name: Self.ledger, kind: .virtualObject,
                handlers: [
                    .direct(Self.handler, ObjectContext.init, input: .text) { context, payload in
                        let visit = try Visit(payload, context, environment, ValueList(context: context))
                        defer { visit.leave() }
                        try visit.perform()
                    }
                ]),
            ServiceDefinition(
                name: Self.bag, kind: .virtualObject,
                handlers: [
                    .suspending(Self.handler, ObjectContext.init, input: .text) { context, payload in
                        try await carryOut(Visit(payload, context, environment, RowList(context: context)))
                    }
                ]),
            ServiceDefinition(
                name: Self.relay, kind: .service,
                handlers: [
                    .suspending(Self.handler, ServiceContext.init, input: .text) { context, payload in
                        try await carryOut(Visit(payload, context, environment, EmittedList(context: context)))
                    }
                ]),
            ServiceDefinition(
                name: Self.clock, kind: .virtualObject,
                handlers: [
                    .direct(Self.handler, ObjectContext.init) { context in
                        let tick = context.scheduleTick
                        if tick?.schedule != context.key.text || tick?.milliseconds ?? .max > context.nowMilliseconds {
                            environment.violate(
                                "\(context.key) runs at \(context.nowMilliseconds) for \(String(describing: tick))")
                        }
                        try ValueList(context: context).append("\(tick?.milliseconds ?? -1)")
                    }
                ]),
        ]
    }

    private func carryOut<Context>(_ visit: Visit<Context>) async throws {
        defer { visit.leave() }
        for _ in 0..<visit.command.waitsBefore { try await wait(visit.command) }
        try visit.perform()
        for _ in 0..<visit.command.waitsAfter { try await wait(visit.command) }
        try visit.failLate()
    }

    private func wait(_ command: Command) async throws {
        try await withCheckedThrowingContinuation { environment.gates.wait(command.id, $0) }
    }
}
