import Synchronization

/// Asks a thread to end, and wakes it.
final class StopRequest: Sendable {
    let wakeUp: WakeUp
    private let flag = Atomic<Bool>(false)

    init() throws(KafkaError) { wakeUp = try WakeUp() }

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() {
        flag.store(true, ordering: .releasing)
        wakeUp.raise()
    }
}
