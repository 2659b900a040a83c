/// What waits for one topic, and whether the topic takes records at the moment.
final class TopicLane {
    enum Phase: Equatable {
        /// Not yet asked for.
        case unknown
        case open
        /// Takes nothing for now; to be tried again at a time of the loop's clock.
        case held(reason: String, until: Int)
    }

    let topic: String
    var phase = Phase.unknown
    var handle: TopicHandle?
    /// How many records are with librdkafka.
    var underWay = 0
    /// What came back, to be sent again when nothing is under way any more.
    var failed: [RecordTag] = []
    /// How often in a row the topic has refused something.
    var refusals = 0
    private var waiting: [RecordTag] = []
    private var head = 0

    init(topic: String) { self.topic = topic }

    var hasWaiting: Bool { head < waiting.count }
    var waitingCount: Int { waiting.count - head + failed.count }
    /// Whether a record may go directly to librdkafka.
    var isFree: Bool { phase == .open && !hasWaiting && failed.isEmpty }

    func wait(_ tag: RecordTag) { waiting.append(tag) }

    var next: RecordTag? { hasWaiting ? waiting[head] : nil }

    func removeNext() {
        head += 1
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: waiting.count < 4096)
            head = 0
        } else if head > 4096, head * 2 > waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
    }

    /// Puts what came back before what waits: everything is in the order in which it came again.
    func requeueFailed() {
        guard !failed.isEmpty else { return }
        waiting = failed.sorted() + waiting[head...]
        head = 0
        failed.removeAll()
    }

    /// Forgets everything that waits or is under way.
    func clear() {
        waiting.removeAll()
        head = 0
        failed.removeAll()
        underWay = 0
        handle = nil
    }
}
