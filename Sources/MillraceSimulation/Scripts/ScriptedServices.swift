import Millrace

/// The services of a run of scripts. Calls go from a desk to one of a higher number only, so that no two of their keys ever wait for
/// each other; those of the circle do.
struct ScriptedServices: Sendable {
    /// Objects with an exclusive handler, in the order in which they may call each other; the last is only for what many ask for.
    static let desks = ["Desk0", "Desk1", "Desk2", "Vault"]
    static let courier = "Courier"
    static let workflow = "Case"
    /// An object whose keys call each other.
    static let circle = "Circle"
    /// An object of which nothing lasts.
    static let booth = "Booth"
    static let run = "run"
    /// A shared handler of an object or a workflow.
    static let look = "look"
    /// A handler whose failures come to an end.
    static let strict = "strict"

    /// The services whose keys are held by one at a time.
    static let exclusive = desks + [circle, booth]

    static func isExclusive(_ service: String, _ handler: String) -> Bool {
        exclusive.contains(service) && handler != look
    }

    /// The name of the list that does not last.
    static let expiringName = "brief"

    let world: ScriptedWorld

    /// The list that does not last: by itself, or, in a booth, with its object.
    func expiringList(of service: String) -> StateKey<String> {
        StateKey(
            Self.expiringName, serde: .text, expiresAfter: service == Self.booth ? nil : world.plan.stateLife)
    }

    var definitions: [ServiceDefinition] {
        let strictly = HandlerOptions(
            retry: RetryPolicy(initial: .milliseconds(10), factor: 2, maxInterval: .seconds(1), maxAttempts: 2),
            onExhaustion: world.plan.onExhaustion)
        let desks = Self.desks.map { name in
            ServiceDefinition(
                name: name, kind: .virtualObject,
                handlers: [
                    handler(Self.run, ObjectContext.init), handler(Self.strict, ObjectContext.init).options(strictly),
                    handler(Self.look, SharedObjectContext.init).kind(.shared),
                ])
        }
        let briefly = HandlerOptions(stateExpiresAfter: world.plan.stateLife)
        return desks + [
            ServiceDefinition(
                name: Self.circle, kind: .virtualObject, handlers: [handler(Self.run, ObjectContext.init)]),
            ServiceDefinition(
                name: Self.booth, kind: .virtualObject,
                handlers: [handler(Self.run, ObjectContext.init).options(briefly)]),
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
