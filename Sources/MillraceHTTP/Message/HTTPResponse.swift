/// A response with its whole body.
///
/// Length, transfer coding and date are the connection's to set: such fields among `headers` are left out. A field
/// `connection: close` ends the connection after the response.
package struct HTTPResponse: Equatable, Sendable {
    package var status: HTTPStatus
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(_ status: HTTPStatus = .ok, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response of text.
    package static func text(
        _ text: String, _ status: HTTPStatus = .ok, type: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": type], body: Array(text.utf8))
    }
}
