/// What handlers wait for: something outside the engine that answers when the simulation says so.
final class Gates {
    private var waiting: [(id: String, continuation: CheckedContinuation<Void, any Error>)] = []

    private var hanging: [CheckedContinuation<Void, any Error>] = []

    var ids: [String] { waiting.map(\.id) }

    func wait(_ id: String, _ continuation: CheckedContinuation<Void, any Error>) { waiting.append((id, continuation)) }

    /// Waits for what never comes.
    func hang() async throws { try await withCheckedThrowingContinuation { hanging.append($0) } }

    /// Answers one of those that wait, and returns its id.
    func answer(_ at: Int) -> String {
        let (id, continuation) = waiting.remove(at: at)
        continuation.resume()
        return id
    }

    /// The process is gone, and with it all that waited.
    func crash() {
        for (_, continuation) in waiting { continuation.resume(throwing: SimulatedCrash()) }
        for continuation in hanging { continuation.resume(throwing: SimulatedCrash()) }
        waiting.removeAll()
        hanging.removeAll()
    }
}

/// What a handler gets that waits in a process that dies.
struct SimulatedCrash: Error {}
