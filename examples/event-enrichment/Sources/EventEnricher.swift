import Millrace

/// Collects what a user does in a time box of 100 ms, and emits it together with who that is.
///
/// Every user event opens a box; features that come while none is open wait for the next one. Where boxes overlap, each ends
/// at its own time: the first one's end takes all that was collected so far, and the second one's only what came after
/// that, so a record there has no name, and there is no record at all if nothing came.
@VirtualObject
struct EventEnricher {
    /// A user event has come: a time box opens.
    @Handler func userEvent(_ context: ObjectContext, _ event: UserEvent) async throws {
        context.set(.user, event)
        context.send(to: EventEnricher.self, key: context.key, after: .milliseconds(100)).emit()
    }

    /// The user has used a feature.
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

/// The newest user event.
extension StateKey<UserEvent> { static var user: Self { Self("user") } }
/// What was collected, in the order of arrival.
extension StateKey<[String]> { static var features: Self { Self("features") } }
