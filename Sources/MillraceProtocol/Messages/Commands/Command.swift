/// A command of any type: something the handler does, as the journal has it.
public enum Command: Hashable, Sendable, CustomStringConvertible {
    case input(InputCommand)
    case output(OutputCommand)
    case getLazyState(GetLazyStateCommand)
    case setState(SetStateCommand)
    case clearState(ClearStateCommand)
    case clearAllState(ClearAllStateCommand)
    case getLazyStateKeys(GetLazyStateKeysCommand)
    case getEagerState(GetEagerStateCommand)
    case getEagerStateKeys(GetEagerStateKeysCommand)
    case getPromise(GetPromiseCommand)
    case peekPromise(PeekPromiseCommand)
    case completePromise(CompletePromiseCommand)
    case sleep(SleepCommand)
    case call(CallCommand)
    case oneWayCall(OneWayCallCommand)
    case sendSignal(SendSignalCommand)
    case run(RunCommand)
    case attachInvocation(AttachInvocationCommand)
    case getInvocationOutput(GetInvocationOutputCommand)
    case completeAwakeable(CompleteAwakeableCommand)

    /// Decodes the command of a type.
    ///
    /// - Throws: ``MessageError`` when the type is no command that is known, or the bytes are not this command.
    public init(type: MessageType, decoding payload: RawSpan) throws(MessageError) {
        switch type {
        case .input: self = .input(try InputCommand(decoding: payload))
        case .output: self = .output(try OutputCommand(decoding: payload))
        case .getLazyState: self = .getLazyState(try GetLazyStateCommand(decoding: payload))
        case .setState: self = .setState(try SetStateCommand(decoding: payload))
        case .clearState: self = .clearState(try ClearStateCommand(decoding: payload))
        case .clearAllState: self = .clearAllState(try ClearAllStateCommand(decoding: payload))
        case .getLazyStateKeys: self = .getLazyStateKeys(try GetLazyStateKeysCommand(decoding: payload))
        case .getEagerState: self = .getEagerState(try GetEagerStateCommand(decoding: payload))
        case .getEagerStateKeys: self = .getEagerStateKeys(try GetEagerStateKeysCommand(decoding: payload))
        case .getPromise: self = .getPromise(try GetPromiseCommand(decoding: payload))
        case .peekPromise: self = .peekPromise(try PeekPromiseCommand(decoding: payload))
        case .completePromise: self = .completePromise(try CompletePromiseCommand(decoding: payload))
        case .sleep: self = .sleep(try SleepCommand(decoding: payload))
        case .call: self = .call(try CallCommand(decoding: payload))
        case .oneWayCall: self = .oneWayCall(try OneWayCallCommand(decoding: payload))
        case .sendSignal: self = .sendSignal(try SendSignalCommand(decoding: payload))
        case .run: self = .run(try RunCommand(decoding: payload))
        case .attachInvocation: self = .attachInvocation(try AttachInvocationCommand(decoding: payload))
        case .getInvocationOutput: self = .getInvocationOutput(try GetInvocationOutputCommand(decoding: payload))
        case .completeAwakeable: self = .completeAwakeable(try CompleteAwakeableCommand(decoding: payload))
        default: throw MessageError(type: type, problem: .unexpectedType)
        }
    }

    /// The command as what all commands are.
    public var message: any CommandMessage {
        switch self {
        case .input(let command): command
        case .output(let command): command
        case .getLazyState(let command): command
        case .setState(let command): command
        case .clearState(let command): command
        case .clearAllState(let command): command
        case .getLazyStateKeys(let command): command
        case .getEagerState(let command): command
        case .getEagerStateKeys(let command): command
        case .getPromise(let command): command
        case .peekPromise(let command): command
        case .completePromise(let command): command
        case .sleep(let command): command
        case .call(let command): command
        case .oneWayCall(let command): command
        case .sendSignal(let command): command
        case .run(let command): command
        case .attachInvocation(let command): command
        case .getInvocationOutput(let command): command
        case .completeAwakeable(let command): command
        }
    }

    /// One line for people, without values of users.
    public var description: String { message.description }
}
