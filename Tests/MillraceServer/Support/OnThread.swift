import Foundation

/// Does what blocks on a thread of its own: there are as few threads for tests as the machine has cores, and a test that keeps
/// one of them keeps others from beginning.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: body()) }.start()
    }
}
