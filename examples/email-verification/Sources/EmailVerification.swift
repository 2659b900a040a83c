import Millrace

/// Signs somebody up: mails a link, and waits for the click on it, with a reminder every day and an end after three.
///
/// A workflow: `run` runs once for each user's id, whatever is sent again; `click` and `status` run beside it.
@Workflow
struct EmailVerification {
    let mail: any MailSystem

    private enum Event: Sendable { case clicked, dayOver }

    @Handler func run(_ context: WorkflowContext, _ signup: Signup) async throws -> SignupStatus {
        let user = context.key.text
        // Not `context.random`, which anybody can compute who knows the user's id.
        let secret = try await context.run("secret") { mail.makeSecret() }
        context.set(.secret, secret)
        context.set(.status, .waiting)

        for day in 1...3 {
            try await context.run("mail \(day)") {
                try await mail.send(to: signup.email, "click to verify \(user): \(secret)")
            }
            let event = try await DurableFuture.race([
                context.promise(.clicked).future.map { Event.clicked },
                context.timer(after: .seconds(24 * 3600)).map { Event.dayOver },
            ]).value
            if event == .clicked {
                context.set(.status, .verified)
                try await context.run("welcome") { try await mail.send(to: signup.email, "welcome, \(user)") }
                return .verified
            }
        }
        context.set(.status, .expired)
        return .expired
    }

    /// Somebody has clicked a link. Says whether it was the right one; clicking again does no harm.
    @Handler func click(_ context: SharedWorkflowContext, _ click: Click) async throws -> Bool {
        guard let secret = try context.get(.secret), secret == click.secret else { return false }
        do {
            try await context.promise(.clicked).resolve()
        } catch let error as TerminalError where error.code == TerminalError.conflict {
            // It was clicked before.
        }
        return true
    }

    @Handler func status(_ context: SharedWorkflowContext) async throws -> SignupStatus? { try context.get(.status) }
}

extension StateKey<String> { static var secret: Self { Self("secret") } }
extension StateKey<SignupStatus> { static var status: Self { Self("status") } }
extension PromiseKey<Void> { static var clicked: Self { Self("clicked") } }

/// A record of the topic `signups`.
@JSON struct Signup: Codable, Sendable {
    var user: String
    var email: String
}

/// A record of the topic `clicks`, where a web server puts what it is asked for.
@JSON struct Click: Codable, Sendable {
    var user: String
    var secret: String
}

@JSON enum SignupStatus: String, Codable, Sendable { case waiting, verified, expired }
