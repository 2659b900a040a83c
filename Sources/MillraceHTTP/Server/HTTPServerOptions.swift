/// What can be chosen about a server.
package struct HTTPServerOptions: Equatable, Sendable {
    /// Where to listen. Port 0 lets the kernel choose; ``HTTPServer/address`` then has its choice.
    package var address = SocketAddress.loopback(port: 0)
    /// What clients may send, and how long it may take.
    package var limits = HTTP1Limits()
    /// Connections at a time; those above it are answered with 503 and closed.
    package var maxConnections = 1024
    /// Connections that the kernel holds until the server accepts them.
    package var backlog = 511
    /// The thread's name, of which Linux shows 15 bytes.
    package var threadName = "http"

    package init() {}
}
