/// A handler's code that does not do what its journal says it did: it was changed, or depends on something that is not in
/// the journal (time, random numbers, the order of a dictionary).
///
/// Trying again helps nothing unless the code changes. ``description`` holds no value of a user's.
public struct JournalMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is different.
    public enum Reason: Hashable, Sendable {
        /// The journal has a command of another type here.
        case type
        /// The journal has the same kind of command, with another value of this field.
        case field(String)
        /// The journal has more commands than the handler did before it ended.
        case endedEarly
        /// The handler waits for something that the journal does not have, though it has commands from after it.
        case waitsForUnrecorded
        /// The journal's entry is damaged.
        case unreadable(MessageError)
    }

    /// The number of the command in the journal, counting commands only; 0 is the input.
    public let commandIndex: Int
    /// What the journal has there: `Call to Greeter/greet`.
    public let recorded: String
    /// The type of what the journal has there.
    public let recordedType: MessageType
    /// What the code does now: `Sleep`.
    public let actual: String
    /// What is different.
    public let reason: Reason

    private init(at commandIndex: Int, recorded: JournalEntry, actual: String, reason: Reason) {
        self.commandIndex = commandIndex
        self.recorded = recorded.description
        recordedType = recorded.type
        self.actual = actual
        self.reason = reason
    }

    /// The code does `command` where the journal has `recorded`.
    static func differs(
        at commandIndex: Int, recorded: JournalEntry, command: some CommandMessage, reason: Reason
    ) -> JournalMismatch {
        JournalMismatch(at: commandIndex, recorded: recorded, actual: command.description, reason: reason)
    }

    /// The handler ended, and the journal has commands left, of which `recorded` is the first.
    public static func endedEarly(at commandIndex: Int, recorded: JournalEntry) -> JournalMismatch {
        JournalMismatch(at: commandIndex, recorded: recorded, actual: "end of the handler", reason: .endedEarly)
    }

    /// The handler waits for what the journal cannot give it, and the journal has commands left, of which `recorded` is
    /// the first.
    public static func waitsForUnrecorded(at commandIndex: Int, recorded: JournalEntry) -> JournalMismatch {
        JournalMismatch(
            at: commandIndex, recorded: recorded, actual: "wait for something else", reason: .waitsForUnrecorded)
    }

    /// What is wrong, for people; holds no value of a user's.
    public var description: String {
        let place = "journal mismatch at command \(commandIndex): "
        let advice =
            "; either the handler's code changed since, or it depends on something that differs between runs. Bring the "
            + "old code back and resume the invocation, restart it as new, or kill it"
        switch reason {
        case .type: return place + "the journal has \(recorded), the code now does \(actual)" + advice
        case .field(let field):
            return place + "the journal has \(recorded), the code now does \(actual) with another '\(field)'" + advice
        case .endedEarly: return place + "the journal has \(recorded), the handler now ends before it" + advice
        case .waitsForUnrecorded:
            return place
                + "the journal has \(recorded), the code now waits for something that the journal does not have"
                + advice
        case .unreadable(let error): return place + "the journal's entry is damaged (\(error)); the code does \(actual)"
        }
    }
}
