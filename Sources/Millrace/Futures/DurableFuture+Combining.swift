extension DurableFuture where Value: Sendable {
    /// The value or the failure of the first that completes. To tell which, ``map(_:)`` each into an `enum` first.
    ///
    /// - Parameter futures: one at least; of one handler.
    public static func race(_ futures: [Self]) -> Self {
        guard !futures.isEmpty else { return .failed(ContextError.nothingToWaitFor("race")) }
        return Self(handle: handle(of: futures), wait: .first(futures.map(\.wait))) {
            try earliest(futures, where: { _ in true }).read()
        }
    }

    /// The value of the first that succeeds; a failure with code 500 when all have failed.
    public static func any(_ futures: [Self]) -> Self {
        guard !futures.isEmpty else { return .failed(ContextError.nothingToWaitFor("any")) }
        return Self(handle: handle(of: futures), wait: .firstSuccess(futures.map(\.wait))) {
            do { return try earliest(futures, where: \.isSuccess).read() } catch ContextError.notComplete {
                throw TerminalError("all \(futures.count) operations failed")
            }
        }
    }

    /// All values, in the order of the futures; the failure of the first that fails.
    public static func all(_ futures: [Self]) -> DurableFuture<[Value]> {
        DurableFuture<[Value]>(handle: handle(of: futures), wait: .allSuccess(futures.map(\.wait))) {
            if let failed = try? earliest(futures, where: { !$0.isSuccess }) { _ = try failed.read() }
            return try futures.map { try $0.read() }
        }
    }

    /// What each ended with, in the order of the futures. Does not fail itself.
    public static func allSettled(_ futures: [Self]) -> DurableFuture<[Result<Value, TerminalError>]> {
        DurableFuture<[Result<Value, TerminalError>]>(handle: handle(of: futures), wait: .all(futures.map(\.wait))) {
            try futures.map { future in
                do { return .success(try future.read()) } catch let error as TerminalError {
                    return .failure(error)
                } catch let error as SerdeError { return .failure(TerminalError("\(error)")) }
            }
        }
    }

    /// Some may have none: those that could not be started.
    private static func handle(of futures: [Self]) -> InvocationHandle? { futures.lazy.compactMap(\.handle).first }

    private static func earliest(
        _ futures: [Self], where fits: (DurableWait.Decision) -> Bool
    ) throws -> Self {
        var best: (order: Int, future: Self)?
        for future in futures {
            guard let decision = try future.decision(), fits(decision) else { continue }
            if decision.order < best?.order ?? .max { best = (decision.order, future) }
        }
        guard let best else { throw ContextError.notComplete }
        return best.future
    }
}
