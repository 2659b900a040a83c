import Millrace

/// Handlers that the page on state quotes.

extension StateKey<String> {
    /// Lasts half an hour from each time it is set.
    static var login: Self { Self("login", expiresAfter: .seconds(1800)) }
}

extension StateKey<Profile> {
    static var profile: Self { Self("profile") }
}

@JSON struct Profile: Codable, Sendable {
    var name: String
    var visits: Int
}

@VirtualObject
struct Visitors {
    @Handler func visit(_ context: ObjectContext, _ name: String) throws {
        var profile = try context.get(.profile) ?? Profile(name: name, visits: 0)
        profile.visits += 1
        context.set(.profile, profile)
        context.set(.login, name)
    }

    @Handler func leave(_ context: ObjectContext) throws { context.clear(.login) }

    @Handler func forget(_ context: ObjectContext) throws { context.clearAll() }

    /// Runs beside the others, sees what has been committed, and changes nothing.
    @Handler func whoIsIn(_ context: SharedObjectContext) throws -> String? { try context.get(.login) }
}

/// All of a cart is gone thirty days after a handler changed it last.
@VirtualObject(options: HandlerOptions(stateExpiresAfter: .seconds(30 * 24 * 3600)))
struct ShoppingCart {
    @Handler func add(_ context: ObjectContext, _ item: String) throws {
        context.set(StateKey<Int>(item), (try context.get(StateKey<Int>(item)) ?? 0) + 1)
    }
}
