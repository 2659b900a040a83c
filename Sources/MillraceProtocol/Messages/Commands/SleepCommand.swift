internal import CRecords

/// Waits until a time.
public struct SleepCommand: CommandMessage {
    /// `0x040C`.
    public static let type = MessageType.sleep

    /// Milliseconds since 1970. A time that is past wakes at once.
    public var wakeUpTime: UInt64
    /// The completion id under which the result arrives.
    public var resultCompletionID: UInt32
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(wakeUpTime: UInt64, resultCompletionID: UInt32, name: String = "") {
        self.wakeUpTime = wakeUpTime
        self.resultCompletionID = resultCompletionID
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "Sleep" + Label.suffix(name) }

    /// Only the name counts: the time was reckoned from a clock, and the journal's is the one that holds.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if name != recorded.name { return "name" }
        return nil
    }
}

extension SleepCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__SleepCommand>) {
        unsafe millrace__sleep_command__init(raw)
    }

    init(raw: Millrace__SleepCommand) throws(MessageError.Problem) {
        try unsafe self.init(
            wakeUpTime: raw.wake_up_time, resultCompletionID: raw.result_completion_id,
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__SleepCommand, _ scratch: inout Scratch) {
        unsafe raw.wake_up_time = wakeUpTime
        unsafe raw.result_completion_id = resultCompletionID
        unsafe raw.name = scratch.text(name)
    }
}
