/// The code that says what a message is. It stands in the frame's header, and beside each journal entry.
///
/// Any code can be one, as a newer peer may send others; ``name`` is `nil` for those that are not known here.
public struct MessageType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// What messages of a type are for, by the range of its code.
    public enum Category: Hashable, Sendable {
        /// Up to `0x03FF`: steers an attempt, and is never in the journal.
        case control
        /// `0x0400` to `0x7FFF`: something the handler does; a journal entry.
        case command
        /// `0x8000` to `0xFBFF`: something that happens to the invocation; a journal entry.
        case notification
        /// From `0xFC00`: reserved; not used by anyone.
        case custom
    }

    /// The number that stands in the message.
    public let rawValue: UInt16

    /// The one with a number, known or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// ``StartMessage``.
    public static let start = MessageType(rawValue: 0x0000)
    /// ``SuspensionMessage``.
    public static let suspension = MessageType(rawValue: 0x0001)
    /// ``ErrorMessage``.
    public static let error = MessageType(rawValue: 0x0002)
    /// ``EndMessage``.
    public static let end = MessageType(rawValue: 0x0003)
    /// ``CommandAckMessage``.
    public static let commandAck = MessageType(rawValue: 0x0004)
    /// ``ProposeRunCompletionMessage``.
    public static let proposeRunCompletion = MessageType(rawValue: 0x0005)
    /// ``AwaitingOnMessage``.
    public static let awaitingOn = MessageType(rawValue: 0x0006)
    /// ``ProposeRunCompletionAckMessage``.
    public static let proposeRunCompletionAck = MessageType(rawValue: 0x0007)

    /// ``InputCommand``.
    public static let input = MessageType(rawValue: 0x0400)
    /// ``OutputCommand``.
    public static let output = MessageType(rawValue: 0x0401)
    /// ``GetLazyStateCommand``.
    public static let getLazyState = MessageType(rawValue: 0x0402)
    /// ``SetStateCommand``.
    public static let setState = MessageType(rawValue: 0x0403)
    /// ``ClearStateCommand``.
    public static let clearState = MessageType(rawValue: 0x0404)
    /// ``ClearAllStateCommand``.
    public static let clearAllState = MessageType(rawValue: 0x0405)
    /// ``GetLazyStateKeysCommand``.
    public static let getLazyStateKeys = MessageType(rawValue: 0x0406)
    /// ``GetEagerStateCommand``.
    public static let getEagerState = MessageType(rawValue: 0x0407)
    /// ``GetEagerStateKeysCommand``.
    public static let getEagerStateKeys = MessageType(rawValue: 0x0408)
    /// ``GetPromiseCommand``.
    public static let getPromise = MessageType(rawValue: 0x0409)
    /// ``PeekPromiseCommand``.
    public static let peekPromise = MessageType(rawValue: 0x040a)
    /// ``CompletePromiseCommand``.
    public static let completePromise = MessageType(rawValue: 0x040b)
    /// ``SleepCommand``.
    public static let sleep = MessageType(rawValue: 0x040c)
    /// ``CallCommand``.
    public static let call = MessageType(rawValue: 0x040d)
    /// ``OneWayCallCommand``.
    public static let oneWayCall = MessageType(rawValue: 0x040e)
    /// ``SendSignalCommand``.
    public static let sendSignal = MessageType(rawValue: 0x0410)
    /// ``RunCommand``.
    public static let run = MessageType(rawValue: 0x0411)
    /// ``AttachInvocationCommand``.
    public static let attachInvocation = MessageType(rawValue: 0x0412)
    /// ``GetInvocationOutputCommand``.
    public static let getInvocationOutput = MessageType(rawValue: 0x0413)
    /// ``CompleteAwakeableCommand``.
    public static let completeAwakeable = MessageType(rawValue: 0x0414)

    /// Answers ``getLazyState``.
    public static let getLazyStateCompletion = MessageType(rawValue: 0x8002)
    /// Answers ``getLazyStateKeys``.
    public static let getLazyStateKeysCompletion = MessageType(rawValue: 0x8006)
    /// Answers ``getPromise``.
    public static let getPromiseCompletion = MessageType(rawValue: 0x8009)
    /// Answers ``peekPromise``.
    public static let peekPromiseCompletion = MessageType(rawValue: 0x800a)
    /// Answers ``completePromise``.
    public static let completePromiseCompletion = MessageType(rawValue: 0x800b)
    /// Answers ``sleep``.
    public static let sleepCompletion = MessageType(rawValue: 0x800c)
    /// Answers ``call``.
    public static let callCompletion = MessageType(rawValue: 0x800d)
    /// Answers ``call`` and ``oneWayCall`` with the id of the invocation they made.
    public static let callInvocationIDCompletion = MessageType(rawValue: 0x800e)
    /// Answers ``run``.
    public static let runCompletion = MessageType(rawValue: 0x8011)
    /// Answers ``attachInvocation``.
    public static let attachInvocationCompletion = MessageType(rawValue: 0x8012)
    /// Answers ``getInvocationOutput``.
    public static let getInvocationOutputCompletion = MessageType(rawValue: 0x8013)
    /// A signal has come.
    public static let signalNotification = MessageType(rawValue: 0xfbff)

    /// What messages of this type are for.
    public var category: Category {
        switch rawValue {
        case ..<0x0400: .control
        case ..<0x8000: .command
        case ..<0xfc00: .notification
        default: .custom
        }
    }

    /// The name of the protocol, without `Message` or `Command` at its end; `nil` where the code is not known.
    public var name: String? { Self.names[self] }

    /// The name, or the code in hexadecimal.
    public var description: String {
        if let name { return name }
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// The notification that brings a command's result; `nil` where the command has none, and for other messages.
    ///
    /// Calls have one more: ``callInvocationIDCompletion``, with the id of the invocation they made.
    public var completion: MessageType? {
        guard category == .command else { return nil }
        let completion = MessageType(rawValue: rawValue - 0x0400 + 0x8000)
        return completion == .callInvocationIDCompletion ? nil : completion.name.map { _ in completion }
    }

    /// Every type that is known, in the order of the codes.
    public static let known: [MessageType] = names.keys.sorted { $0.rawValue < $1.rawValue }

    private static let names: [MessageType: String] = [
        .start: "Start", .suspension: "Suspension", .error: "Error", .end: "End", .commandAck: "CommandAck",
        .proposeRunCompletion: "ProposeRunCompletion", .awaitingOn: "AwaitingOn",
        .proposeRunCompletionAck: "ProposeRunCompletionAck",
        .input: "Input", .output: "Output", .getLazyState: "GetLazyState", .setState: "SetState",
        .clearState: "ClearState", .clearAllState: "ClearAllState", .getLazyStateKeys: "GetLazyStateKeys",
        .getEagerState: "GetEagerState", .getEagerStateKeys: "GetEagerStateKeys", .getPromise: "GetPromise",
        .peekPromise: "PeekPromise", .completePromise: "CompletePromise", .sleep: "Sleep", .call: "Call",
        .oneWayCall: "OneWayCall", .sendSignal: "SendSignal", .run: "Run", .attachInvocation: "AttachInvocation",
        .getInvocationOutput: "GetInvocationOutput", .completeAwakeable: "CompleteAwakeable",
        .getLazyStateCompletion: "GetLazyStateCompletion",
        .getLazyStateKeysCompletion: "GetLazyStateKeysCompletion", .getPromiseCompletion: "GetPromiseCompletion",
        .peekPromiseCompletion: "PeekPromiseCompletion", .completePromiseCompletion: "CompletePromiseCompletion",
        .sleepCompletion: "SleepCompletion", .callCompletion: "CallCompletion",
        .callInvocationIDCompletion: "CallInvocationIdCompletion", .runCompletion: "RunCompletion",
        .attachInvocationCompletion: "AttachInvocationCompletion",
        .getInvocationOutputCompletion: "GetInvocationOutputCompletion", .signalNotification: "Signal",
    ]
}
