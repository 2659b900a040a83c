import Millrace
import MillraceTesting
import Testing

@testable import email_verification

@Suite struct EmailVerificationTests {
    struct Mail: MailSystem {
        let notes: Notes

        func makeSecret() -> String { "s3cret" }
        func send(to address: String, _ text: String) async throws { notes.add("\(address): \(text)") }
    }

    let notes = Notes()
    let signup = Signup(user: "ada", email: "ada@example.org")

    private func app(_ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication(
            [EmailVerification(mail: Mail(notes: notes))],
            subscriptions: [
                TestSubscription(to: EmailVerification.self, "run", key: .json("$.user")),
                TestSubscription(to: EmailVerification.self, "click", key: .json("$.user")),
            ], crashes: crashes)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func theClickOnTheLinkVerifies(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        try app.send(record: signup, to: EmailVerification.self, "run")
        #expect(try app.call(EmailVerification.self, key: "ada") { $0.status() } == .waiting)
        let wrong = Click(user: "ada", secret: "guess")
        #expect(try app.call(EmailVerification.self, key: "ada") { $0.click(wrong) } == false)
        #expect(try app.call(EmailVerification.self, key: "ada") { $0.status() } == .waiting)

        let right = Click(user: "ada", secret: "s3cret")
        try app.send(record: right, to: EmailVerification.self, "click")
        #expect(try app.call(EmailVerification.self, key: "ada") { $0.status() } == .verified)
        #expect(try app.call(EmailVerification.self, key: "ada") { $0.click(right) })
        #expect(
            notes.distinct == ["ada@example.org: click to verify ada: s3cret", "ada@example.org: welcome, ada"])
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func remindsEveryDayAndGivesUp(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let signingUp = try app.start(EmailVerification.self, key: "ada") { $0.run(signup) }
        try app.advance(by: .seconds(47 * 3600))
        if crashes == .never { #expect(notes.lines.count == 2) }
        #expect(try app.result(of: signingUp) == nil)
        try app.advance(by: .seconds(25 * 3600))
        #expect(try app.result(of: signingUp) == .expired)
        if crashes == .never { #expect(notes.lines.count == 3) }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func signsUpOnce(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        try app.send(record: signup, to: EmailVerification.self, "run")
        try app.send(record: signup, to: EmailVerification.self, "run")
        if crashes == .never { #expect(notes.lines.count == 1) }
        #expect(app.openInvocations.count == 1)
    }
}
