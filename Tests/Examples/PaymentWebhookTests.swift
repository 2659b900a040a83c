import Millrace
import MillraceTesting
import Testing

@testable import payment_webhook

@Suite struct PaymentWebhookTests {
    struct Provider: PaymentProvider {
        let notes: Notes
        let answer: PaymentOutcome

        func charge(_ amount: Int, from card: String, payment: String) async throws -> PaymentOutcome {
            notes.add("charge \(payment) \(amount)")
            return answer
        }
        func withdraw(payment: String) async throws -> PaymentOutcome { .withdrawn }
        func tell(_ customer: String, _ outcome: PaymentOutcome) async throws {
            notes.add("tell \(customer) \(outcome)")
        }
    }

    let notes = Notes()
    let order = PaymentOrder(payment: "p1", customer: "ada", card: "1", amount: 20)

    private func app(_ answer: PaymentOutcome, _ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication(
            [Payments(provider: Provider(notes: notes, answer: answer))],
            subscriptions: [
                TestSubscription(to: Payments.self, "pay", key: .json("$.payment")),
                TestSubscription(to: Payments.self, "webhook", key: .json("$.payment"), attempts: 5, then: .skip),
            ], crashes: crashes)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func isDoneWhereTheProviderAnswersAtOnce(crashes: TestApplication.Crashes) throws {
        let app = try app(.paid, crashes)
        try app.send(record: order, to: Payments.self, "pay")
        #expect(try app.call(Payments.self, key: "p1") { $0.status() } == .paid)
        #expect(notes.distinct == ["charge p1 20", "tell ada paid"])
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func waitsForTheWebhook(crashes: TestApplication.Crashes) throws {
        let app = try app(.pending, crashes)
        try app.send(record: order, to: Payments.self, "pay")
        try app.advance(by: .seconds(3600))
        #expect(try app.call(Payments.self, key: "p1") { $0.status() } == nil)
        try app.send(record: PaymentEvent(payment: "p1", outcome: .paid), to: Payments.self, "webhook")
        // The provider may post the same event again, and another one: the first counts.
        try app.send(record: PaymentEvent(payment: "p1", outcome: .refused), to: Payments.self, "webhook")
        #expect(try app.call(Payments.self, key: "p1") { $0.status() } == .paid)
        #expect(notes.distinct == ["charge p1 20", "tell ada paid"])
        #expect(app.openInvocations.isEmpty)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func withdrawsWhatIsNeverConfirmed(crashes: TestApplication.Crashes) throws {
        let app = try app(.pending, crashes)
        let paying = try app.start(Payments.self, key: "p1") { $0.pay(order) }
        try app.advance(by: .seconds(24 * 3600))
        #expect(try app.result(of: paying) == .withdrawn)
        #expect(notes.distinct == ["charge p1 20", "tell ada withdrawn"])
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func aWebhookMayOvertakeItsPayment(crashes: TestApplication.Crashes) throws {
        let app = try app(.pending, crashes)
        try app.send(record: PaymentEvent(payment: "p1", outcome: .paid), to: Payments.self, "webhook")
        try app.send(record: order, to: Payments.self, "pay")
        try app.advance(by: .seconds(60))
        #expect(try app.call(Payments.self, key: "p1") { $0.status() } == .paid)
    }

    @Test func aWebhookForNoPaymentIsDropped() throws {
        let app = try app(.pending, .never)
        try app.send(record: PaymentEvent(payment: "p9", outcome: .paid), to: Payments.self, "webhook")
        try app.advance(by: .seconds(600))
        #expect(app.openInvocations.isEmpty)
        #expect(app.failures.last?.hasPrefix("skipped") == true)
    }

    /// What people see of a payment that waits.
    @Test func showsItsJournal() throws {
        let app = try app(.pending, .never)
        let paying = try app.start(Payments.self, key: "p1") { $0.pay(order) }
        let journal = try app.journal(of: paying.id)
        #expect(journal.contains { $0.contains("charge") }, "\(journal)")
        #expect(app.openInvocations.map(\.state) == [.waiting])
    }
}
