import Millrace
import MillraceTesting
import Testing

@testable import payment_state_machine

@Suite struct PaymentStateMachineTests {
    struct QuietLog: PaymentLog {
        let notes: Notes
        func say(_ text: String) async { notes.add(text) }
    }

    let notes = Notes()

    private func app(_ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication(
            [PaymentMachine(log: QuietLog(notes: notes)), Accounts(opening: 100)],
            subscriptions: [TestSubscription(to: PaymentMachine.self, "command", key: .json("$.payment"))],
            crashes: crashes)
    }

    private func command(_ kind: PaymentCommand.Kind, _ amount: Int = 60, _ payment: String = "p1") -> PaymentCommand {
        PaymentCommand(payment: payment, kind: kind, account: "ada", amount: amount)
    }

    private func state(_ app: TestApplication, _ payment: ObjectKey = "p1") throws -> PaymentState {
        try app.call(PaymentMachine.self, key: payment) { $0.state() }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func takesHeldMoneyOnce(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        try app.send(record: command(.authorise), to: PaymentMachine.self, "command")
        #expect(try state(app) == .authorised)
        #expect(try app.state(of: Accounts.self, key: "ada", .holds) == ["p1": 60])
        for _ in 1...2 { try app.send(record: command(.capture), to: PaymentMachine.self, "command") }
        #expect(try state(app) == .captured)
        #expect(try app.state(of: Accounts.self, key: "ada", .balance) == 40)
        #expect(notes.distinct == ["p1: authorised", "p1: captured", "p1: no capture, it is captured"])
        // The timer of the expiry is gone with its reason.
        try app.advance(by: .seconds(3600))
        #expect(try state(app) == .captured)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func expires(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        try app.send(record: command(.authorise), to: PaymentMachine.self, "command")
        try app.advance(by: .seconds(899))
        #expect(try state(app) == .authorised)
        try app.advance(by: .seconds(1))
        #expect(try state(app) == .expired)
        #expect(try app.state(of: Accounts.self, key: "ada", .holds) == [:])
        #expect(try app.call(PaymentMachine.self, key: "p1") { $0.command(command(.capture)) } == .expired)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func freesWhatIsCancelled(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        for kind in [PaymentCommand.Kind.authorise, .cancel, .cancel] {
            try app.send(record: command(kind), to: PaymentMachine.self, "command")
        }
        #expect(try state(app) == .cancelled)
        #expect(try app.state(of: Accounts.self, key: "ada", .holds) == [:])
        #expect(notes.distinct == ["p1: authorised", "p1: cancelled", "p1: no cancel, it is cancelled"])
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func holdsNoMoreThanThereIs(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        #expect(try app.call(PaymentMachine.self, key: "p1") { $0.command(command(.authorise, 60)) } == .authorised)
        #expect(
            try app.call(PaymentMachine.self, key: "p2") { $0.command(command(.authorise, 60, "p2")) } == .cancelled)
        #expect(try app.state(of: Accounts.self, key: "ada", .holds) == ["p1": 60])
    }
}
