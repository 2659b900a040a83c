/// A request that is not served: the connection answers with the status and closes.
package struct HTTP1Refusal: Error, Equatable, CustomStringConvertible, Sendable {
    package let status: HTTPStatus
    /// What was wrong, without the client's bytes.
    package let reason: String

    init(_ status: HTTPStatus, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    package var description: String { "\(status): \(reason)" }

    static func malformed(_ reason: String) -> HTTP1Refusal { HTTP1Refusal(.badRequest, reason) }
}
