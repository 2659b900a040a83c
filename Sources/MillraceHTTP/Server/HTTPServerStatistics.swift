import Synchronization

/// What a server did so far. Any thread may read it.
package final class HTTPServerStatistics: Sendable {
    private let connections = Atomic<Int>(0)
    private let accepted = Atomic<Int>(0)
    private let refused = Atomic<Int>(0)
    private let requests = Atomic<Int>(0)

    /// Connections that are open now.
    package var openConnections: Int { connections.load(ordering: .relaxed) }
    /// Connections since the start.
    package var acceptedConnections: Int { accepted.load(ordering: .relaxed) }
    /// Connections that were refused because there were too many.
    package var refusedConnections: Int { refused.load(ordering: .relaxed) }
    /// Requests that a handler answered.
    package var answeredRequests: Int { requests.load(ordering: .relaxed) }

    func didAccept(open: Int) {
        accepted.wrappingAdd(1, ordering: .relaxed)
        connections.store(open, ordering: .relaxed)
    }
    func didClose(open: Int) { connections.store(open, ordering: .relaxed) }
    func didRefuse() { refused.wrappingAdd(1, ordering: .relaxed) }
    func didAnswer() { requests.wrappingAdd(1, ordering: .relaxed) }
}
