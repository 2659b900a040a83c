import Foundation

/// What others do for us.
protocol PaymentProvider: Sendable {
    /// Takes money, once for each payment. The outcome may be `pending`: then a webhook follows.
    func charge(_ amount: Int, from card: String, payment: String) async throws -> PaymentOutcome
    /// Gives up a payment that is pending, and returns what became of it.
    func withdraw(payment: String) async throws -> PaymentOutcome
    func tell(_ customer: String, _ outcome: PaymentOutcome) async throws
}

/// A stand-in that prints, and knows three kinds of card by their last digit.
struct PrintedProvider: PaymentProvider {
    func charge(_ amount: Int, from card: String, payment: String) async throws -> PaymentOutcome {
        let outcome: PaymentOutcome = card.hasSuffix("0") ? .pending : card.hasSuffix("9") ? .refused : .paid
        say("\(payment): \(amount) from \(card) is \(outcome)")
        return outcome
    }

    func withdraw(payment: String) async throws -> PaymentOutcome { .withdrawn }

    func tell(_ customer: String, _ outcome: PaymentOutcome) async throws {
        say("mail to \(customer): your payment is \(outcome)")
    }

    private func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }
}
