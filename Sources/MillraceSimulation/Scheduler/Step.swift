/// What can happen next in a simulated run.
enum Step: Int, CaseIterable {
    /// A producer appends to the log.
    case produce
    /// A source fetches and delivers.
    case fetch
    /// A source tells how far it has read, or commits its group's offsets.
    case progress
    /// A group of shards has a turn.
    case turn
    /// The flusher syncs.
    case sync
    /// The flusher lets out what is durable.
    case release
    /// The writer-back takes a frozen overlay, or writes some of one.
    case startWriteBack
    /// A sink writes some of what it was given to its log.
    case send
    /// A sink's acknowledgement arrives.
    case acknowledge
    /// Something outside answers a handler that waits.
    case answer
    /// Somebody outside asks for something, or completes what a handler waits for.
    case act
    /// Time passes.
    case wait
    /// The log forgets its oldest records.
    case retention
    /// The disk becomes full, or has room again.
    case diskSpace

    var usualWeight: Int {
        switch self {
        case .produce: 10
        case .fetch: 10
        case .progress: 2
        case .turn: 25
        case .sync: 6
        case .release: 6
        case .startWriteBack: 10
        case .send: 6
        case .acknowledge: 6
        case .answer: 5
        case .act: 12
        case .wait: 5
        case .retention: 1
        case .diskSpace: 1
        }
    }
}
