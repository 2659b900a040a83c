import Millrace

/// A user's data as the registration topic has it.
struct UserEvent: Codable, Sendable {
    var name: String
}

/// One more detail about a user.
struct Feature: Codable, Sendable {
    var feature: String
}

extension StateKey<UserEvent> {
    static var user: Self { Self("user") }
}

extension StateKey<[UInt8]> {
    static var raw: Self { Self("raw") }
}

/// A virtual object with a handler of every form.
@VirtualObject
struct EventEnricher {
    /// What a stored property does to the generated code: handlers capture the value.
    var delay: Duration = .seconds(5)

    @Handler func userEvent(_ context: ObjectContext, _ event: UserEvent) async throws {
        context.set(.user, event)
        context.send(to: EventEnricher.self, key: context.key, after: delay).emit()
    }

    @Handler(name: "feature") func merge(_ context: ObjectContext, with feature: Feature?) throws {
        guard let feature else { return context.clear(.user) }
        guard var user = try context.get(.user) else { throw TerminalError("no user", code: 404) }
        user.name += " " + feature.feature
        context.set(.user, user)
    }

    @Handler func raw(context: ObjectContext, bytes: borrowing RawSpan) { context.setBytes(.raw, bytes) }

    @Handler func copy(_ context: ObjectContext, _ bytes: [UInt8]) { context.set(.raw, bytes) }

    @Handler(input: .text)
    private func line(_ context: ObjectContext, _ line: String?) async { context.set(.raw, Array((line ?? "-").utf8)) }

    @Handler func emit(_ context: ObjectContext) throws {
        guard try context.get(.user) != nil else { throw TerminalError("no user", code: 404) }
    }

    func notAHandler() {}
}
