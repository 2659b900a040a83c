import Millrace

/// A payment as a state machine, one for each payment's id. Commands come one at a time for each key, so a state is never
/// changed under the hands of a handler, also while that waits for an account.
///
/// ```text
///           authorise                capture
///   new ───────────────▶ authorised ─────────▶ captured
///    │                    │      │
///    │ cancel      cancel │      │ 15 minutes
///    ▼                    ▼      ▼
///   cancelled ◀───────────┘     expired
/// ```
@VirtualObject
struct PaymentMachine {
    let log: any PaymentLog

    @Handler func command(_ context: ObjectContext, _ command: PaymentCommand) async throws -> PaymentState {
        let payment = context.key.text
        let state = try context.get(.state) ?? .new
        let account = context.call(to: Accounts.self, key: ObjectKey(command.account))
        let next: PaymentState
        switch (state, command.kind) {
        case (.new, .authorise):
            guard try await account.hold(Hold(payment: payment, amount: command.amount)).value else {
                next = .cancelled
                break
            }
            next = .authorised
            let expiry = context.send(to: PaymentMachine.self, key: context.key, after: .seconds(900))
            if let id = expiry.expire(command.account) { context.set(.expiry, id) }
        case (.authorised, .capture):
            try await account.take(payment).value
            next = .captured
        case (.authorised, .cancel):
            try await account.free(payment).value
            next = .cancelled
        case (.new, .cancel):
            next = .cancelled
        default:
            // It does not fit, or it came twice: the state stays.
            try await context.run("refuse") { await log.say("\(payment): no \(command.kind), it is \(state)") }
            return state
        }
        try await enter(next, context)
        return next
    }

    @Handler func expire(_ context: ObjectContext, _ account: String) async throws {
        guard try context.get(.state) == .authorised else { return }
        try await context.call(to: Accounts.self, key: ObjectKey(account)).free(context.key.text).value
        try await enter(.expired, context)
    }

    @Handler func state(_ context: SharedObjectContext) throws -> PaymentState { try context.get(.state) ?? .new }

    private func enter(_ state: PaymentState, _ context: ObjectContext) async throws {
        if state != .authorised, let expiry = try context.get(.expiry) {
            // The delayed send is forgotten, so that no timer is left behind.
            context.cancel(expiry)
            context.clear(.expiry)
        }
        context.set(.state, state)
        let payment = context.key.text
        try await context.run("log") { await log.say("\(payment): \(state)") }
    }
}

/// An account: its balance, and what is held for payments that are not captured yet. The key is the account's name.
@VirtualObject
struct Accounts {
    let opening: Int

    @Handler func hold(_ context: ObjectContext, _ hold: Hold) async throws -> Bool {
        var holds = try context.get(.holds) ?? [:]
        let balance = try context.get(.balance) ?? opening
        guard holds.values.reduce(hold.amount, +) <= balance else { return false }
        holds[hold.payment] = hold.amount
        context.set(.holds, holds)
        return true
    }

    @Handler func take(_ context: ObjectContext, _ payment: String) async throws {
        var holds = try context.get(.holds) ?? [:]
        guard let amount = holds.removeValue(forKey: payment) else {
            throw TerminalError("nothing is held for \(payment)", code: 404)
        }
        context.set(.holds, holds)
        context.set(.balance, (try context.get(.balance) ?? opening) - amount)
    }

    @Handler func free(_ context: ObjectContext, _ payment: String) async throws {
        var holds = try context.get(.holds) ?? [:]
        holds[payment] = nil
        context.set(.holds, holds)
    }
}

extension StateKey<PaymentState> { static var state: Self { Self("state") } }
extension StateKey<InvocationID> { static var expiry: Self { Self("expiry") } }
extension StateKey<[String: Int]> { static var holds: Self { Self("holds") } }
extension StateKey<Int> { static var balance: Self { Self("balance") } }
