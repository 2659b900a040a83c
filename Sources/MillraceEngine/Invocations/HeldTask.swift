import Millrace

/// A place in a run that waits for something other than its journal, and for which nobody would wake the run if it were not in memory.
///
/// The places of a run are a list that costs it nothing as long as there are none.
@safe final class HeldTask {
    /// `nil` once the place has gone on. Until then they hold each other: a run that ends lets all of its places go.
    private(set) var run: InvocationRun?
    private var continuation: UnsafeContinuation<Void, any Error>?
    private var next: HeldTask?
    private unowned var previous: HeldTask?

    init(_ run: InvocationRun, _ continuation: UnsafeContinuation<Void, any Error>) {
        self.run = run
        unsafe self.continuation = unsafe continuation
        next = run.held
        next?.previous = self
        run.held = self
    }

    /// Lets the place go on. Nothing happens the second time.
    func resume() {
        guard let waiting = unsafe take() else { return }
        unsafe waiting.resume()
    }

    /// Ends what waits in the place. Nothing happens the second time.
    func cancel() {
        guard let waiting = unsafe take() else { return }
        unsafe waiting.resume(throwing: InvocationReleased())
    }

    private func take() -> UnsafeContinuation<Void, any Error>? {
        guard let waiting = unsafe continuation else { return nil }
        unsafe continuation = nil
        if let previous { previous.next = next } else { run?.held = next }
        next?.previous = previous
        next = nil
        previous = nil
        run = nil
        return unsafe waiting
    }
}
