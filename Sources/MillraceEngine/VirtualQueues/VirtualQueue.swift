import Millrace

/// The queue of one key that is busy, or of one invocation that shares nothing with others and has failed or waits: its exclusive invocations in the order of arrival, the head being the one that runs,
/// is to run again, or waits for a person.
///
/// A key without queued invocations has no `VirtualQueue`, and costs nothing. The invocations themselves are rows of the
/// family `inbox`; a few at the head are kept in memory. What must survive is in the queue's header row.
final class VirtualQueue {
    /// What the head is doing.
    enum State {
        /// Nothing yet: it is to be run.
        case ready
        /// It runs, and waits for something.
        case waiting(InvocationRun)
        /// It waits, and its memory is released: it is replayed when something comes that it may be waiting for.
        case suspended
        /// It failed, and is run again at that time.
        case backingOff(until: Int64)
        /// It failed for good, and waits for a person.
        case parked
        /// It failed for good, and its partition stands still until the next start, which tries it again.
        case stopped
    }

    /// Empty for the queue of one invocation.
    let service: String
    /// The object's key; for the queue of one invocation its id.
    let key: [UInt8]
    let hash: UInt64
    /// The numbers of the first and of one past the last queued invocation.
    var head: UInt64
    var tail: UInt64
    var state: State = .ready
    /// What is known of the head's failures.
    var failure = HeadFailure()
    /// The head has begun: it has a record, and what it has done is in its journal.
    var isStarted = false
    /// Calls may stand behind the head, so that it can be part of a ring.
    var hasCalls = false
    /// How many chunks the head's journal has; `nil` where nobody has looked since the start of the process.
    var chunks: UInt32? = 0
    /// The first queued invocations, from `head` on.
    var loaded: [StoredInvocation] = []
    /// Of which the first so many are gone already.
    var loadedOffset = 0
    /// What the head waits for while it is suspended; `nil` where nobody has looked since the start of the process.
    var needed: [NeededInvocation]?
    /// Whether a search for a ring has asked what the head waits for, and may ask again.
    var isSearched = false
    /// When it is looked whether the head is part of a ring, where it is.
    var deadlockDue: Int64?
    /// The pause before that.
    var deadlockPause: Int64 = 0
    /// Whether the queue stands in its shard's list of queues that are to be run.
    var isScheduled = false
    /// Another queue with the same hash.
    var collision: VirtualQueue?

    init(service: String, key: [UInt8], hash: UInt64, head: UInt64, tail: UInt64) {
        self.service = service
        self.key = key
        self.hash = hash
        self.head = head
        self.tail = tail
    }

    /// A queue as its header describes it.
    convenience init(service: String, key: [UInt8], hash: UInt64, _ header: QueueHeader) {
        self.init(service: service, key: key, hash: hash, head: header.head, tail: header.tail)
        failure = header.failure
        isStarted = header.isStarted
        hasCalls = header.hasCalls
        if header.isStarted { chunks = nil }
    }

    var count: Int { Int(tail - head) }

    /// Whether the queue belongs to that key.
    func matches(service: String, key: UnsafeRawBufferPointer) -> Bool {
        unsafe self.key.count == key.count && self.service == service && self.key.elementsEqual(key)
    }
}

/// What is known of the failures of a queue's head.
struct HeadFailure: Equatable {
    var attempts = 0
    var firstFailedMilliseconds: Int64 = 0
    var lastError = ""
}
