import Foundation

/// What sends mail.
protocol MailSystem: Sendable {
    /// A text that nobody can guess.
    func makeSecret() -> String
    func send(to address: String, _ text: String) async throws
}

/// A stand-in that prints.
struct PrintedMail: MailSystem {
    func makeSecret() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

    func send(to address: String, _ text: String) async throws {
        FileHandle.standardOutput.write(Data("mail to \(address): \(text)\n".utf8))
    }
}
