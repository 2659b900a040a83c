import Millrace

/// Payments by a provider that answers some at once, and others later, by a webhook.
///
/// The object's key is the payment's id. While a payment waits for its webhook it costs a row on the disk, and no memory after a
/// minute.
@VirtualObject
struct Payments {
    let provider: any PaymentProvider

    @Handler func pay(_ context: ObjectContext, _ order: PaymentOrder) async throws -> PaymentOutcome {
        let confirmation = context.awakeable(as: PaymentOutcome.self)
        context.set(.confirmation, confirmation.id)
        let payment = context.key.text

        // The payment's id makes the request safe to repeat: the provider takes the money once for each.
        var outcome = try await context.run("charge") {
            try await provider.charge(order.amount, from: order.card, payment: payment)
        }
        if outcome == .pending {
            do {
                outcome = try await confirmation.future.timeout(after: .seconds(24 * 3600)).value
            } catch let error as TerminalError where error.code == TerminalError.timeout {
                outcome = try await context.run("withdraw") { try await provider.withdraw(payment: payment) }
            }
        }
        context.set(.outcome, outcome)
        try await context.run("tell") { [outcome] in try await provider.tell(order.customer, outcome) }
        return outcome
    }

    /// The provider's webhook. It runs beside `pay`, which has the key to itself while it waits.
    @Handler func webhook(_ context: SharedObjectContext, _ event: PaymentEvent) async throws {
        // It may come before the payment itself, from another topic: then it is tried again, as its subscription says.
        guard let confirmation = try context.get(.confirmation) else { throw UnknownPayment(payment: context.key.text) }
        context.resolveAwakeable(confirmation, event.outcome)
    }

    @Handler func status(_ context: SharedObjectContext) async throws -> PaymentOutcome? { try context.get(.outcome) }
}

extension StateKey<String> { static var confirmation: Self { Self("confirmation") } }
extension StateKey<PaymentOutcome> { static var outcome: Self { Self("outcome") } }

/// A record of the topic `payments`, key: the payment's id.
@JSON struct PaymentOrder: Codable, Sendable {
    var payment: String
    var customer: String
    var card: String
    var amount: Int
}

/// A record of the topic `payment-events`, where a web server puts what the provider posts.
@JSON struct PaymentEvent: Codable, Sendable {
    var payment: String
    var outcome: PaymentOutcome
}

@JSON enum PaymentOutcome: String, Codable, Sendable { case pending, paid, refused, withdrawn }

struct UnknownPayment: Error { let payment: String }
