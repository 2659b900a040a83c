import Millrace

/// Handlers that the pages in docs quote, one for each thing that the examples do not show.

@VirtualObject
struct Shipments {
    /// Waits for a signal: whoever knows the invocation's id can send it, and may send it before it is waited for.
    @Handler func ship(_ context: ObjectContext) async throws -> String {
        let address = context.signal("address", as: String.self)
        let approved = try await context.signal("approved", as: Bool.self).value
        guard approved else { return "not shipped" }
        return "shipped to \(try await address.value)"
    }

    @Handler func changeAddress(_ context: SharedObjectContext, _ change: AddressChange) async throws {
        context.sendSignal("address", to: change.invocation, change.address)
    }
}

struct AddressChange: Codable, Sendable {
    var invocation: InvocationID
    var address: String
}

@Service
struct Quotes {
    /// Asks all suppliers at once, and takes the first price; a supplier that fails is passed over.
    @Handler func first(_ context: ServiceContext, _ suppliers: [String]) async throws -> Int {
        let prices = suppliers.map { context.call(to: Supplier.self, key: ObjectKey($0)).price().future }
        return try await DurableFuture.any(prices).timeout(after: .seconds(30)).value
    }

    /// Asks all, waits for all, and says what became of each.
    @Handler func all(_ context: ServiceContext, _ suppliers: [String]) async throws -> [String] {
        let prices = suppliers.map { context.call(to: Supplier.self, key: ObjectKey($0)).price().future }
        return try await DurableFuture.allSettled(prices).value.map { result in
            switch result {
            case .success(let price): "\(price)"
            case .failure(let error): error.message
            }
        }
    }

    /// Passes a header on, and makes a call that is the same however often this request is repeated.
    @Handler func order(_ context: ServiceContext, _ supplier: String) async throws -> String {
        let tenant = context.requestHeaders.filter { $0.name == "tenant" }
        return try await context.call(
            to: Supplier.self, key: ObjectKey(supplier), idempotencyKey: "order-17", headers: tenant
        ).order().value
    }
}

@VirtualObject
struct Supplier {
    @Handler func price(_ context: ObjectContext) async throws -> Int {
        switch context.key {
        case "slow":
            try await context.sleep(for: .seconds(20))
            return 10
        case "closed": throw TerminalError("closed for good", code: 410)
        default: return 12
        }
    }

    @Handler func order(_ context: ObjectContext) async throws -> String {
        let number = (try context.get(.orders) ?? 0) + 1
        context.set(.orders, number)
        return "order \(number) of \(context.requestHeaders.first?.value ?? "nobody")"
    }

    /// Waits for itself: the key is this invocation's until it ends, and the call is behind it.
    @Handler func askMyself(_ context: ObjectContext) async throws -> Int {
        try await context.call(to: Supplier.self, key: context.key).price().value
    }
}

@Service
struct Imports {
    let notes: Notes

    /// The other side says when to come again, and how often is enough.
    @Handler func load(_ context: ServiceContext) async throws -> Int {
        try await context.run("load", retry: RetryPolicy(initial: .seconds(1), factor: 2, maxAttempts: 5)) {
            if notes.add("load") == 1 { throw RetryAfter(.seconds(90), "the quota is used up") }
            return 42
        }
    }

    /// Steps beside each other.
    @Handler func loadAll(_ context: ServiceContext, _ parts: [String]) async throws -> Int {
        let loads = parts.map { part in context.start("load \(part)") { notes.add(part) } }
        return try await DurableFuture.all(loads).value.count
    }

    /// Not deterministic: what it does depends on something that is not in its journal.
    @Handler func guess(_ context: ServiceContext) async throws -> String {
        if notes.add("attempt") == 1 { try await context.sleep(for: .seconds(1)) }
        return try await context.run("guess") { "done" }
    }
}

/// Options for all handlers of a service, and above them for one.
@Service(options: HandlerOptions(retry: RetryPolicy(initial: .seconds(1), maxAttempts: 3), onExhaustion: .kill))
struct Deliveries {
    @Handler func tryForDays(_ context: ServiceContext) async throws { throw Unreachable() }

    @Handler(options: HandlerOptions(retry: .never, onExhaustion: .pause))
    func tryOnce(_ context: ServiceContext) async throws { throw Unreachable() }

    struct Unreachable: Error {}
}

extension StateKey<Int> { static var orders: Self { Self("orders") } }
