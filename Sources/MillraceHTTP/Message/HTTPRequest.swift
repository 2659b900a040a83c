/// A request with its whole body.
package struct HTTPRequest: Equatable, Sendable {
    package var method: HTTPMethod
    /// The target without query, percent-encoded as it came: from `/` on, or `*`.
    package var path: String
    /// What stood after the target's `?`, as it came.
    package var query: String?
    package var version: HTTPVersion
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// The other end of the connection, where there is one.
    package var peer: SocketAddress?

    package init(
        method: HTTPMethod, path: String, query: String? = nil, version: HTTPVersion = .http11,
        headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], peer: SocketAddress? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.version = version
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}
