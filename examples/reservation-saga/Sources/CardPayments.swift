import Foundation
import Millrace

/// Another company's system. The trip's id makes each request safe to repeat.
protocol CardPayments: Sendable {
    func charge(_ card: String, _ price: Int, trip: String) async throws
    /// Gives back what was taken for a trip, if anything was.
    func refund(trip: String) async throws
    func tell(_ text: String) async throws
}

/// A stand-in that prints, and refuses cards that end with 9.
struct PrintedPayments: CardPayments {
    func charge(_ card: String, _ price: Int, trip: String) async throws {
        if card.hasSuffix("9") { throw TerminalError("the card is refused", code: 402) }
        say("\(trip): \(price) taken")
    }

    func refund(trip: String) async throws { say("\(trip): refunded") }
    func tell(_ text: String) async throws { say(text) }
    private func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }
}
