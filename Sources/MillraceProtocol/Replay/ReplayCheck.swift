/// Compares what a handler does with what its journal says it did, by the protocol's rules.
///
/// - The type counts. Reading a state key from what the attempt got at its start or from the store is the same; so is
///   listing the keys.
/// - Of a sleep only the name counts; of a one-way call all but its time; of a state that was read at the start all but
///   what was read; of the input nothing. Of other commands all fields count.
/// - Unknown fields do not count.
///
/// This is the check of an endpoint, whose journal comes from an engine that it does not know. The engine's own handlers are checked against
/// what the engine has recorded itself, which is of one type for each operation, and mostly no more than a name and a number: that is
/// `InvocationRun.replay`, which compares fields by the same `differingField`.
///
/// It keeps a buffer: use one for a whole replay. Not thread-safe.
public struct ReplayCheck: Sendable {
    /// Whether the bytes of values and parameters count. They do unless the user said that their encoding is not stable.
    public let comparesValues: Bool

    private var buffer: [UInt8] = []

    /// Makes one of its parts.
    public init(comparesValues: Bool = true) { self.comparesValues = comparesValues }

    /// Checks that `command` is what `recorded` says.
    ///
    /// - Parameter commandIndex: the number of `recorded` among the journal's commands, for the error.
    /// - Throws: ``JournalMismatch`` if it is not, or if `recorded` cannot be read.
    /// - Complexity: where the bytes are the same, one encoding and one comparison; else `recorded` is decoded.
    public mutating func check<C: CommandMessage>(
        _ command: C, against recorded: JournalEntry, at commandIndex: Int
    ) throws(JournalMismatch) {
        if recorded.type == C.type {
            buffer.removeAll(keepingCapacity: true)
            command.encode(into: &buffer)
            if buffer == recorded.payload { return }
        }
        guard let reason = difference(command, recorded) else { return }
        throw .differs(at: commandIndex, recorded: recorded, command: command, reason: reason)
    }

    private func difference<C: CommandMessage>(_ command: C, _ recorded: JournalEntry) -> JournalMismatch.Reason? {
        do throws(MessageError) {
            if recorded.type == C.type {
                let field = command.differingField(
                    from: try recorded.command(as: C.self), comparingValues: comparesValues)
                return field.map { .field($0) }
            }
            guard let now = StateReading(command), let then = StateReading(try recorded.command().message),
                (now.key == nil) == (then.key == nil)
            else { return .type }
            return now.key != then.key ? .field("key") : now.name != then.name ? .field("name") : nil
        } catch {
            return .unreadable(error)
        }
    }
}

/// A reading of state, wherever from. Which of the two commands for it stands in the journal depends on what an attempt got
/// at its start, and not on the code.
private struct StateReading {
    /// The state key; `nil` where the keys are listed.
    let key: [UInt8]?
    let name: String

    init?(_ command: any CommandMessage) {
        name = command.name
        switch command {
        case let command as GetEagerStateCommand: key = command.key
        case let command as GetLazyStateCommand: key = command.key
        case is GetEagerStateKeysCommand, is GetLazyStateKeysCommand: key = nil
        default: return nil
        }
    }
}
