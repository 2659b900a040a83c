import Millrace

/// Collects what users do in a time box of 100 ms, and emits it together with who they are.
@VirtualObject
struct EventEnricher {
    /// A user has appeared: the time box opens.
    @Handler func userEvent(_ context: ObjectContext, _ event: UserEvent) async throws {
        context.set(.user, event)
        context.send(to: EventEnricher.self, key: context.key, after: .milliseconds(100)).emit()
    }

    /// A user has used a feature. Without a user event it waits for one.
    @Handler func featureEvent(_ context: ObjectContext, _ event: FeatureEvent) async throws {
        context.set(.features, (try context.get(.features) ?? []) + [event.feature])
    }

    /// The end of a time box: what was collected goes out, and is forgotten.
    @Handler func emit(_ context: ObjectContext) async throws {
        let user = try context.get(.user)
        let features = try context.get(.features) ?? []
        if user == nil, features.isEmpty { return }
        context.emit(
            topic: "enriched", key: context.key,
            value: EnrichedEvent(userId: context.key.text, name: user?.name, features: features))
        context.clearAll()
    }
}

extension StateKey<UserEvent> { static var user: Self { Self("user") } }
extension StateKey<[String]> { static var features: Self { Self("features") } }
