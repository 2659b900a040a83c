/// A text that is no address.
package struct SocketAddressError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The text.
    package let text: String
    /// What is wrong with it.
    package let reason: String

    init(_ text: String, _ reason: String) {
        self.text = text
        self.reason = reason
    }

    package var description: String {
        "'\(text)' is no address to listen on: \(reason); write 127.0.0.1:8080, [::1]:8080, or *:8080 for every address"
    }
}
