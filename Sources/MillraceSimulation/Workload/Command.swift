import MillraceStore

/// A service and a key of it; the key is empty for a service without keys.
struct Target: Hashable, CustomStringConvertible {
    let service: String
    let key: String
    var description: String { "\(service)/\(key)" }
}

extension Target {
    init(_ row: ObjectRowKey) {
        self.init(service: row.service, key: String(decoding: row.key, as: UTF8.self))
    }
}

/// What one invocation of an audited handler is to do. A record's value and a message's payload name a command by its id; the
/// commands themselves are kept outside the engine, where no crash reaches them.
struct Command {
    /// How an invocation fails.
    enum Failure: Equatable {
        case never
        /// So many attempts throw, counted over all lives of the process; the next one succeeds.
        case times(Int)
        /// Every attempt throws.
        case always
        /// The attempt throws a `TerminalError`.
        case terminally
    }

    enum Effect {
        /// Sends another command at once.
        case send(String)
        /// Sends another command later. One that may be cancelled is remembered in the object's state.
        case later(String, milliseconds: Int, isCancellable: Bool)
        /// Cancels a command that this object has sent with a delay, if it remembers it, and tells its target so by a message.
        case cancel(String, notice: String)
        /// Emits a record with that value.
        case emit(String)
    }

    let id: String
    let target: Target
    var effects: [Effect] = []
    var failure = Failure.never
    /// It throws after its effects rather than before.
    var failsLate = true
    /// How often the handler waits for something outside, before and after its effects.
    var waitsBefore = 0
    var waitsAfter = 0
    /// It sets a state value of that size; 0 sets none, -1 clears it.
    var paddingBytes = 0
    /// It emits all that its object has collected, and clears the object's state.
    var clears = false
    /// It looks at what its object has collected before it adds to it.
    var looksFirst = true
    /// The cancelled command that this notice is about.
    var noticeOf: String?
    /// The delay with which it was sent, or 0.
    var delayMilliseconds = 0

    /// Whether its effects stay although no attempt succeeds: it has waited after them, or it was sent by another one and has
    /// failed for good after them.
    var keepsEffectsOfFailure: Bool {
        failsLate && (waitsAfter > 0 || failure == .terminally && id.contains("/"))
    }

    /// Whether no attempt ever succeeds.
    var isDoomed: Bool { failure == .always || failure == .terminally }
}
