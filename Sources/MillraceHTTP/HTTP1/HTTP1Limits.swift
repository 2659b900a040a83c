/// How much a client may send, and how long it may take.
package struct HTTP1Limits: Equatable, Sendable {
    /// Bytes of a request's head, line ends included; also of the fields after a chunked body.
    package var maxHeadBytes = 16_384
    /// Bytes of the request line.
    package var maxRequestLineBytes = 8192
    /// Fields of a head.
    package var maxFields = 100
    /// Bytes of a body.
    package var maxBodyBytes = 1_048_576
    /// Bytes of output that a client has not taken; above it no further request is looked at.
    package var maxUnsentBytes = 262_144

    /// From the first byte of a head to its last.
    package var headTimeout = Duration.seconds(10)
    /// From the end of a head to the end of its body.
    package var bodyTimeout = Duration.seconds(60)
    /// Without a byte between two requests, or before the first.
    package var idleTimeout = Duration.seconds(60)
    /// Without the client taking any output.
    package var writeTimeout = Duration.seconds(30)
    /// How long a closed connection still swallows what the client sends, so that it can read the last response.
    package var lingerTimeout = Duration.seconds(2)

    package init() {}
}
