import Testing

@testable import MillraceProtocol

/// Bytes written by hand from the protocol's tables, and those of its worked example.
@Suite struct GoldenBytesTests {
    static let commands: [(message: any CommandMessage, code: UInt16, bytes: String)] = [
        (
            InputCommand(headers: [Header(key: "content-type", value: "application/json")], value: [0x31]), 0x0400,
            "0a20 0a0c636f6e74656e742d74797065 12106170706c69636174696f6e2f6a736f6e 7203 0a0131"
        ),
        (InputCommand(value: []), 0x0400, "7200"),
        (InputCommand(value: [0x31], name: "n"), 0x0400, "62016e 72030a0131"),
        (OutputCommand(outcome: .value(Array("hi".utf8))), 0x0401, "72040a026869"),
        (OutputCommand(outcome: .value([]), name: "n"), 0x0401, "62016e 7200"),
        (
            OutputCommand(
                outcome: .failure(
                    Failure(
                        code: 409, message: "cancelled", metadata: [Failure.Metadata(key: "k", value: "v")]))), 0x0401,
            "7a16 089903 120963616e63656c6c6564 1a06 0a016b 120176"
        ),
        (GetLazyStateCommand(key: Array("count".utf8), resultCompletionID: 1), 0x0402, "0a05636f756e74 5801"),
        (SetStateCommand(key: Array("count".utf8), value: Array("42".utf8)), 0x0403, "0a05636f756e74 1a040a023432"),
        (SetStateCommand(key: [0xff], value: []), 0x0403, "0a01ff 1a00"),
        (ClearStateCommand(key: Array("count".utf8)), 0x0404, "0a05636f756e74"),
        (ClearAllStateCommand(), 0x0405, ""),
        (GetLazyStateKeysCommand(resultCompletionID: 300, name: "n"), 0x0406, "58ac02 62016e"),
        (
            GetEagerStateCommand(key: Array("count".utf8), value: Array("41".utf8)), 0x0407,
            "0a05636f756e74 72040a023431"
        ),
        (GetEagerStateCommand(key: Array("count".utf8), value: nil), 0x0407, "0a05636f756e74 6a00"),
        (GetEagerStateCommand(key: Array("count".utf8), value: []), 0x0407, "0a05636f756e74 7200"),
        (GetEagerStateKeysCommand(keys: [[0x61], []]), 0x0408, "7205 0a0161 0a00"),
        (GetEagerStateKeysCommand(keys: []), 0x0408, "7200"),
        (GetPromiseCommand(key: "p", resultCompletionID: 1), 0x0409, "0a0170 5801"),
        (PeekPromiseCommand(key: "p", resultCompletionID: 2), 0x040a, "0a0170 5802"),
        (
            CompletePromiseCommand(key: "p", completion: .value([1]), resultCompletionID: 3), 0x040b,
            "0a0170 12030a0101 5803"
        ),
        (
            CompletePromiseCommand(
                key: "p", completion: .failure(Failure(code: 500, message: "")), resultCompletionID: 3), 0x040b,
            "0a0170 1a0308f403 5803"
        ),
        (SleepCommand(wakeUpTime: 1_795_334_986_972, resultCompletionID: 3), 0x040c, "08dcb9b792a034 5803"),
        (
            CallCommand(
                serviceName: "Greeter", handlerName: "greet", parameter: Array("\"bob\"".utf8),
                invocationIDNotification: 4, resultCompletionID: 5), 0x040d,
            "0a0747726565746572 12056772656574 1a0522626f6222 5004 5805"
        ),
        (
            CallCommand(
                serviceName: "S", handlerName: "h", parameter: [], headers: [Header(key: "a", value: "")], key: "k",
                idempotencyKey: "", scope: "s", limitKey: "l", invocationIDNotification: 1, resultCompletionID: 2,
                name: "n"), 0x040d, "0a0153 120168 2203 0a0161 2a016b 3200 3a0173 42016c 5001 5802 62016e"
        ),
        (
            OneWayCallCommand(
                serviceName: "S", handlerName: "h", parameter: [7], invokeTime: 1, headers: [], key: "k",
                idempotencyKey: "i", scope: "s", limitKey: "l", invocationIDNotification: 1, name: "n"), 0x040e,
            "0a0153 120168 1a0107 2001 32016b 3a0169 420173 4a016c 5001 62016e"
        ),
        (
            SendSignalCommand(targetInvocationID: "inv_1x", signal: .cancel, result: .void), 0x0410,
            "0a06696e765f3178 1001 2200"
        ),
        (
            SendSignalCommand(targetInvocationID: "i", signal: .name("s"), result: .value([1]), name: "n"), 0x0410,
            "0a0169 1a0173 2a030a0101 62016e"
        ),
        (
            SendSignalCommand(
                targetInvocationID: "i", signal: .index(0), result: .failure(Failure(code: 1, message: "m"))), 0x0410,
            "0a0169 1000 32050801 12016d"
        ),
        (RunCommand(resultCompletionID: 2, name: "side"), 0x0411, "5802 620473696465"),
        (
            AttachInvocationCommand(target: .invocation("i"), resultCompletionID: 1), 0x0412, "0a0169 5801"
        ),
        (
            AttachInvocationCommand(
                target: .idempotentRequest(
                    IdempotentRequestTarget(
                        serviceName: "S", serviceKey: "k", handlerName: "h", idempotencyKey: "i", scope: "s")),
                resultCompletionID: 1), 0x0412, "1a0f 0a0153 12016b 1a0168 220169 2a0173 5801"
        ),
        (
            GetInvocationOutputCommand(
                target: .workflow(WorkflowTarget(name: "W", key: "k", scope: "s")), resultCompletionID: 1, name: "n"),
            0x0413, "2209 0a0157 12016b 1a0173 5801 62016e"
        ),
        (CompleteAwakeableCommand(awakeableID: "a", outcome: .value([1])), 0x0414, "0a0161 12030a0101"),
        (
            CompleteAwakeableCommand(
                awakeableID: "a", outcome: .failure(Failure(code: 500, message: "m")), name: "n"), 0x0414,
            "0a0161 1a0608f403 12016d 62016e"
        ),
    ]

    static let notifications: [(message: Notification, code: UInt16, bytes: String)] = [
        (.lazyState(1, nil), 0x8002, "0801 2200"),
        (.lazyState(1, [1]), 0x8002, "0801 2a030a0101"),
        (.lazyState(1, []), 0x8002, "0801 2a00"),
        (.lazyStateKeys(2, [[0x61], [0x62]]), 0x8006, "0802 8a0106 0a0161 0a0162"),
        (.promise(3, .value([1])), 0x8009, "0803 2a030a0101"),
        (.peekedPromise(4, nil), 0x800a, "0804 2200"),
        (.completedPromise(5, nil), 0x800b, "0805 2200"),
        (.completedPromise(5, Failure(code: 409, message: "m")), 0x800b, "0805 3206089903 12016d"),
        (.sleep(3), 0x800c, "0803 2200"),
        (.call(5, .value(Array("\"hi bob\"".utf8))), 0x800d, "0805 2a0a0a08 22686920626f6222"),
        (
            .callInvocationID(4, "inv_1kEsgfLGLMPW3Wmfh0V6nEJTdDk4BKLMPv"), 0x800e,
            "0804 820126 696e765f316b457367664c474c4d505733576d66683056366e454a5464446b34424b4c4d5076"
        ),
        (.run(2, .value(Array("\"R42\"".utf8))), 0x8011, "0802 2a070a052252343222"),
        (.run(0, .value([])), 0x8011, "0800 2a00"),
        (
            .attachedInvocation(1, .failure(Failure(code: 404, message: "not found"))), 0x8012,
            "0801 320e089403 12096e6f7420666f756e64"
        ),
        (.invocationOutput(1, nil), 0x8013, "0801 2200"),
        (.signal(.cancel, .void), 0xfbff, "1001 2200"),
        (.signal(.name("s"), .value([1])), 0xfbff, "1a0173 2a030a0101"),
    ]

    static let controls: [(message: any Message, code: UInt16, bytes: String)] = [
        (SuspensionMessage(wait: .anyOf(completions: [3], signals: [1], namedSignals: [])), 1, "0a0103 120101"),
        (
            SuspensionMessage(wait: .anyOf(completions: [1, 300], signals: [], namedSignals: ["s"])), 1,
            "0a0301ac02 1a0173"
        ),
        (
            SuspensionMessage(wait: .tree(FutureTree(combinator: .firstCompleted, completions: [3], signals: [1]))), 1,
            "2208 0a0103 120101 2801"
        ),
        (
            SuspensionMessage(
                wait: .tree(
                    FutureTree(
                        combinator: .firstCompleted, signals: [1], namedSignals: ["s"],
                        nested: [FutureTree(combinator: .allCompleted, completions: [1, 2])]))), 1,
            "2210 120101 1a0173 2206 0a020102 2802 2801"
        ),
        (
            ErrorMessage(
                code: 500, message: "m", stacktrace: "s", relatedCommandIndex: 0, relatedCommandName: "rf",
                relatedCommandType: .run, nextRetryDelay: 100, behavior: .pause), 2,
            "08f403 12016d 1a0173 2000 2a027266 309108 4064 4801"
        ),
        (ErrorMessage(code: 500, message: ""), 2, "08f403"),
        (EndMessage(), 3, ""),
        (CommandAckMessage(commandIndex: 7), 4, "0807"),
        (
            ProposeRunCompletionMessage(resultCompletionID: 2, outcome: .value(Array("\"R42\"".utf8))), 5,
            "0802 72052252343222"
        ),
        (ProposeRunCompletionMessage(resultCompletionID: 2, outcome: .value([])), 5, "0802 7200"),
        (
            ProposeRunCompletionMessage(resultCompletionID: 2, outcome: .failure(Failure(code: 1, message: ""))), 5,
            "0802 7a020801"
        ),
        (
            AwaitingOnMessage(
                tree: FutureTree(combinator: .firstCompleted, completions: [2], signals: [1]),
                isExecutingSideEffects: true), 6, "0a08 0a0102 120101 2801 1001"
        ),
        (ProposeRunCompletionAckMessage(completionID: 2), 7, "0802"),
    ]

    @Test func commandsAreTheirBytes() throws {
        for (message, code, bytes) in Self.commands {
            #expect(message.payload == hex(bytes), "\(message)")
            #expect(type(of: message).type.rawValue == code)
            #expect(message.equals(try message.decodeAgain(hex(bytes))), "\(message)")
            #expect(message.equals(try Command(type: type(of: message).type, decodingArray: hex(bytes)).message))
        }
    }

    @Test func notificationsAreTheirBytes() throws {
        for (message, code, bytes) in Self.notifications {
            #expect(message.payload == hex(bytes), "\(message)")
            #expect(message.type.rawValue == code)
            #expect(try Notification(type: MessageType(rawValue: code), decoding: hex(bytes)) == message)
        }
    }

    @Test func controlMessagesAreTheirBytes() throws {
        for (message, code, bytes) in Self.controls {
            #expect(message.payload == hex(bytes), "\(message)")
            #expect(type(of: message).type.rawValue == code)
            #expect(message.equals(try message.decodeAgain(hex(bytes))), "\(message)")
        }
    }

    /// The Start of the protocol's worked example, as it was on the wire.
    @Test func startIsTheWorkedExamples() throws {
        let bytes = hex(
            """
            0a 18 84 2e fc b1 2c 91 6e 58 01 93 b3 c4 d5 e6 f7 08 19 2a 3b 4c 5d 6e 7f 80
            12 26 69 6e 76 5f 31 37 41 49 48 69 54 6c 74 6b 59 41 33 55 74 66 4b 76 43 37 4f 71 68 51 52 6a 76 55 66
            66 5a 32 53 5a
            18 01 22 0b 0a 05 63 6f 75 6e 74 12 02 34 31 32 06 6d 79 2d 6b 65 79 48 ef 9b af cd f8 ac d1 91 01
            """)
        let start = try StartMessage(decoding: bytes)
        #expect(start.id == hex("842efcb12c916e580193b3c4d5e6f708192a3b4c5d6e7f80"))
        #expect(start.debugID == "inv_17AIHiTltkYA3UtfKvC7OqhQRjvUffZ2SZ")
        #expect(start.knownEntries == 1)
        #expect(start.state == [StartMessage.StateEntry(key: Array("count".utf8), value: Array("41".utf8))])
        #expect(!start.isStatePartial)
        #expect(start.key == "my-key")
        #expect(start.payload == bytes)
        #expect(bytes.count == 0x63)
    }

    @Test func startHasAllItsFields() throws {
        let start = StartMessage(
            id: [UInt8](repeating: 0, count: 23) + [1], debugID: "d", knownEntries: 2, isStatePartial: true,
            retryCountSinceLastStoredEntry: 3, durationSinceLastStoredEntry: 4, randomSeed: 5, scope: "s",
            limitKey: "l", idempotencyKey: "")
        let bytes = hex(
            "0a18 000000000000000000000000000000000000000000000001 120164 1802 2801 3803 4004 4805 520173 5a016c 6200")
        #expect(start.payload == bytes)
        #expect(try StartMessage(decoding: bytes) == start)
    }

    @Test func numbersMayStandUnpacked() throws {
        let suspension = try SuspensionMessage(decoding: hex("0801 0802 1001"))
        #expect(suspension.wait == .anyOf(completions: [1, 2], signals: [1], namedSignals: []))
    }

    @Test func everyKnownTypeIsHere() {
        let here = Set(
            (Self.commands.map(\.code) + Self.notifications.map(\.code) + Self.controls.map(\.code) + [0])
                .map { MessageType(rawValue: $0) })
        #expect(here == Set(MessageType.known))
        #expect(MessageType.known.count == 40)
    }
}

extension Command {
    init(type: MessageType, decodingArray bytes: [UInt8]) throws(MessageError) {
        self = try JournalEntry(type: type, payload: bytes).command()
    }
}
