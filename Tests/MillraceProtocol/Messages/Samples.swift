import TestKit

@testable import MillraceProtocol

/// Messages of all types with random content: empty parts, long ones, all that is optional there and not there.
struct Samples {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func bool() -> Bool { Bool.random(using: &random) }

    mutating func number() -> UInt32 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: 0
        case 1: UInt32.random(in: 0...127, using: &random)
        case 2: .max
        default: UInt32.random(in: 0 ... .max, using: &random)
        }
    }

    mutating func long() -> UInt64 { bool() ? UInt64(number()) : UInt64.random(in: 0 ... .max, using: &random) }

    mutating func bytes() -> [UInt8] {
        let count = bool() ? Int.random(in: 0...20, using: &random) : Int.random(in: 0...3000, using: &random)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    mutating func text() -> String {
        let scalars: [Unicode.Scalar] = ["a", "Z", "0", "/", "\0", "\n", "é", "漢", "\u{1F980}", "\u{202e}"]
        let count = Int.random(in: 0...24, using: &random)
        var text = String.UnicodeScalarView()
        for _ in 0..<count { text.append(scalars.randomElement(using: &random) ?? "a") }
        return String(text)
    }

    mutating func optionalText() -> String? { bool() ? text() : nil }

    mutating func list<T>(_ make: (inout Samples) -> T) -> [T] {
        (0..<Int.random(in: 0...4, using: &random)).map { _ in make(&self) }
    }

    mutating func headers() -> [Header] { list { Header(key: $0.text(), value: $0.text()) } }

    mutating func failure() -> Failure {
        Failure(
            code: number(), message: text(),
            metadata: list { Failure.Metadata(key: $0.text(), value: $0.text()) })
    }

    mutating func outcome() -> Outcome { bool() ? .value(bytes()) : .failure(failure()) }

    mutating func signalID() -> SignalID { bool() ? .index(number()) : .name(text()) }

    mutating func signalResult() -> SignalResult {
        bool() ? .void : bool() ? .value(bytes()) : .failure(failure())
    }

    mutating func target() -> InvocationTarget {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .invocation(text())
        case 1:
            .idempotentRequest(
                IdempotentRequestTarget(
                    serviceName: text(), serviceKey: optionalText(), handlerName: text(), idempotencyKey: text(),
                    scope: optionalText()))
        default: .workflow(WorkflowTarget(name: text(), key: text(), scope: optionalText()))
        }
    }

    mutating func tree(depth: Int = 3) -> FutureTree {
        FutureTree(
            combinator: FutureTree.Combinator(rawValue: bool() ? UInt32.random(in: 0...4, using: &random) : number()),
            completions: list { $0.number() }, signals: list { $0.number() }, namedSignals: list { $0.text() },
            nested: depth == 0 ? [] : list { $0.tree(depth: depth - 1) })
    }

    mutating func invocationID() -> [UInt8] {
        (0..<StartMessage.idByteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// One of each command.
    mutating func commands() -> [any CommandMessage] {
        [
            InputCommand(headers: headers(), value: bytes(), name: text()),
            OutputCommand(outcome: outcome(), name: text()),
            GetLazyStateCommand(key: bytes(), resultCompletionID: number(), name: text()),
            SetStateCommand(key: bytes(), value: bytes(), name: text()),
            ClearStateCommand(key: bytes(), name: text()),
            ClearAllStateCommand(name: text()),
            GetLazyStateKeysCommand(resultCompletionID: number(), name: text()),
            GetEagerStateCommand(key: bytes(), value: bool() ? bytes() : nil, name: text()),
            GetEagerStateKeysCommand(keys: list { $0.bytes() }, name: text()),
            GetPromiseCommand(key: text(), resultCompletionID: number(), name: text()),
            PeekPromiseCommand(key: text(), resultCompletionID: number(), name: text()),
            CompletePromiseCommand(key: text(), completion: outcome(), resultCompletionID: number(), name: text()),
            SleepCommand(wakeUpTime: long(), resultCompletionID: number(), name: text()),
            CallCommand(
                serviceName: text(), handlerName: text(), parameter: bytes(), headers: headers(), key: text(),
                idempotencyKey: optionalText(), scope: optionalText(), limitKey: optionalText(),
                invocationIDNotification: number(), resultCompletionID: number(), name: text()),
            OneWayCallCommand(
                serviceName: text(), handlerName: text(), parameter: bytes(), invokeTime: long(), headers: headers(),
                key: text(), idempotencyKey: optionalText(), scope: optionalText(), limitKey: optionalText(),
                invocationIDNotification: number(), name: text()),
            SendSignalCommand(
                targetInvocationID: text(), signal: signalID(), result: signalResult(), name: text()),
            RunCommand(resultCompletionID: number(), name: text()),
            AttachInvocationCommand(target: target(), resultCompletionID: number(), name: text()),
            GetInvocationOutputCommand(target: target(), resultCompletionID: number(), name: text()),
            CompleteAwakeableCommand(awakeableID: text(), outcome: outcome(), name: text()),
        ]
    }

    /// One of each notification.
    mutating func notifications() -> [Notification] {
        [
            .lazyState(number(), bool() ? bytes() : nil),
            .lazyStateKeys(number(), list { $0.bytes() }),
            .promise(number(), outcome()),
            .peekedPromise(number(), bool() ? outcome() : nil),
            .completedPromise(number(), bool() ? failure() : nil),
            .sleep(number()),
            .call(number(), outcome()),
            .callInvocationID(number(), text()),
            .run(number(), outcome()),
            .attachedInvocation(number(), outcome()),
            .invocationOutput(number(), bool() ? outcome() : nil),
            .signal(signalID(), signalResult()),
        ]
    }

    /// One of each control message.
    mutating func controlMessages() -> [any Message] {
        [
            StartMessage(
                id: invocationID(), debugID: text(), knownEntries: number(),
                state: list { StartMessage.StateEntry(key: $0.bytes(), value: $0.bytes()) }, isStatePartial: bool(),
                key: text(), retryCountSinceLastStoredEntry: number(), durationSinceLastStoredEntry: long(),
                randomSeed: long(), scope: optionalText(), limitKey: optionalText(), idempotencyKey: optionalText()),
            SuspensionMessage(
                wait: bool()
                    ? .anyOf(
                        completions: list { $0.number() }, signals: list { $0.number() },
                        namedSignals: list { $0.text() })
                    : .tree(tree())),
            ErrorMessage(
                code: number(), message: text(), stacktrace: text(), relatedCommandIndex: bool() ? number() : nil,
                relatedCommandName: optionalText(), relatedCommandType: bool() ? .run : nil,
                nextRetryDelay: bool() ? long() : nil, behavior: ErrorMessage.Behavior(rawValue: number())),
            EndMessage(),
            CommandAckMessage(commandIndex: number()),
            ProposeRunCompletionMessage(resultCompletionID: number(), outcome: outcome()),
            AwaitingOnMessage(tree: tree(), isExecutingSideEffects: bool()),
            ProposeRunCompletionAckMessage(completionID: number()),
        ]
    }
}

extension Message {
    /// Decodes other bytes as the same type of message.
    func decodeAgain(_ payload: [UInt8]) throws(MessageError) -> Self { try Self(decoding: payload) }

    func equals(_ other: any Message) -> Bool { (other as? Self) == self }
}
