internal import CRecords

/// Ends an attempt that cannot go on until something arrives.
public struct SuspensionMessage: Message {
    /// `0x0001`.
    public static let type = MessageType.suspension

    /// What a suspension waits for.
    public enum Wait: Hashable, Sendable {
        /// Versions 5 and 6: any one of these is enough to go on.
        case anyOf(completions: [UInt32], signals: [UInt32], namedSignals: [String])
        /// Version 7.
        case tree(FutureTree)
    }

    /// What is waited for.
    public var wait: Wait

    /// Makes the message.
    public init(wait: Wait) { self.wait = wait }

    /// What is waited for as a tree, whichever version said it.
    public var tree: FutureTree {
        switch wait {
        case .anyOf(let completions, let signals, let namedSignals):
            FutureTree(
                combinator: .firstCompleted, completions: completions, signals: signals, namedSignals: namedSignals)
        case .tree(let tree): tree
        }
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "Suspension" }
}

extension SuspensionMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static var futureField: Int? { 4 }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__SuspensionMessage>) {
        unsafe millrace__suspension_message__init(raw)
    }

    init(raw: Millrace__SuspensionMessage) throws(MessageError.Problem) {
        if unsafe raw.awaiting_on != nil {
            self.init(wait: .tree(try unsafe RawField.future(raw.awaiting_on, "awaiting_on")))
            return
        }
        self.init(
            wait: .anyOf(
                completions: unsafe RawField.numbers(raw.waiting_completions, count: raw.n_waiting_completions),
                signals: unsafe RawField.numbers(raw.waiting_signals, count: raw.n_waiting_signals),
                namedSignals: try unsafe RawField.texts(
                    raw.waiting_named_signals, count: raw.n_waiting_named_signals, "waiting_named_signals")))
    }

    func fill(_ raw: inout Millrace__SuspensionMessage, _ scratch: inout Scratch) {
        switch wait {
        case .anyOf(let completions, let signals, let namedSignals):
            unsafe raw.n_waiting_completions = completions.count
            unsafe raw.waiting_completions = scratch.numbers(completions)
            unsafe raw.n_waiting_signals = signals.count
            unsafe raw.waiting_signals = scratch.numbers(signals)
            unsafe raw.n_waiting_named_signals = namedSignals.count
            unsafe raw.waiting_named_signals = scratch.texts(namedSignals)
        case .tree(let tree): unsafe raw.awaiting_on = scratch.future(tree)
        }
    }
}
