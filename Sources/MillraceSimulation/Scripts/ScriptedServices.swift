import Millrace

/// The services of a run of scripts. Calls go from a desk to one of a higher number only, so that no two keys ever wait for each
/// other.
struct ScriptedServices: Sendable {
    /// Objects with an exclusive handler, in the order in which they may call each other; the last is only for what many ask for.
    static let desks = ["Desk0", "Desk1", "Desk2", "Vault"]
    static let courier = "Courier"
    static let workflow = "Case"
    static let run = "run"
    /// A shared handler of an object or a workflow.
    static let look = "look"
    /// A handler whose failures come to an end.
    static let strict = "strict"

    static func isExclusive(_ service: String, _ handler: String) -> Bool { desks.contains(service) && handler != look }

    let world: ScriptedWorld
    let onExhaustion: HandlerOptions.Exhaustion

    var definitions: [ServiceDefinition] {
        let strictly = HandlerOptions(
            retry: RetryPolicy(initial: .milliseconds(10), factor: 2, maxInterval: .seconds(1), maxAttempts: 2),
            onExhaustion: onExhaustion)
        let desks = Self.desks.map { name in
            ServiceDefinition(
                name: name, kind: .virtualObject,
                handlers: [
                    handler(Self.run, ObjectContext.init), handler(Self.strict, ObjectContext.init).options(strictly),
                    handler(Self.look, SharedObjectContext.init).kind(.shared),
                ])
        }
        return desks + [
            ServiceDefinition(
                name: Self.courier, kind: .service,
                handlers: [
                    handler(Self.run, ServiceContext.init), handler(Self.strict, ServiceContext.init).options(strictly),
                ]),
            ServiceDefinition(
                name: Self.workflow, kind: .workflow,
                handlers: [
                    handler(Self.run, WorkflowContext.init).kind(.workflow),
                    handler(Self.look, SharedWorkflowContext.init).kind(.shared),
                ]),
        ]
    }

    private func handler<Context: InvocationContext>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context
    ) -> HandlerDefinition {
        .suspending(name, context, input: .text, output: .text) { [world] context, payload in
            try await Performance(payload, context, world, handler: name).perform()
        }
    }
}
