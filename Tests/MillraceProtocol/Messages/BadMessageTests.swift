import Testing

@testable import MillraceProtocol

@Suite struct BadMessageTests {
    private func problem(_ decode: () throws(MessageError) -> Void) -> MessageError.Problem? {
        do throws(MessageError) {
            try decode()
            return nil
        } catch {
            return error.problem
        }
    }

    @Test func whatTheProtocolDemandsMustBeThere() {
        let cases: [(MessageType, String, String)] = [
            (.input, "", "value"), (.output, "62016e", "result"), (.setState, "0a0161", "value"),
            (.getEagerState, "0a0161", "result"), (.getEagerStateKeys, "", "value"),
            (.completePromise, "0a0170 5801", "completion"), (.sendSignal, "0a0169 2200", "signal_id"),
            (.sendSignal, "0a0169 1001", "result"), (.attachInvocation, "5801", "target"),
            (.getInvocationOutput, "5801", "target"), (.completeAwakeable, "0a0161", "result"),
        ]
        for (type, bytes, field) in cases {
            #expect(
                problem { () throws(MessageError) in _ = try Command(type: type, decodingArray: hex(bytes)) }
                    == .missing(field: field), "\(type)")
        }
        #expect(
            problem { () throws(MessageError) in _ = try ProposeRunCompletionMessage(decoding: hex("0802")) }
                == .missing(field: "result"))
        #expect(
            problem { () throws(MessageError) in _ = try AwaitingOnMessage(decoding: hex("1001")) }
                == .missing(field: "awaiting_on"))
        #expect(
            problem { () throws(MessageError) in _ = try StartMessage(decoding: hex("0a0101")) }
                == .wrongLength(field: "id", expected: 24, actual: 1))
    }

    @Test func aNotificationHasAnIdAndAResultThatItsTypeAllows() {
        let cases: [(MessageType, String, MessageError.Problem?)] = [
            (.runCompletion, "2200", .missing(field: "id")),
            (.runCompletion, "0801", .missing(field: "result")),
            (.runCompletion, "0801 2200", .missing(field: "value or failure")),
            (.runCompletion, "1001 2a00", .missing(field: "completion_id")),
            (.signalNotification, "0801 2200", .missing(field: "signal_id")),
            (.sleepCompletion, "0801 2a00", .missing(field: "void")),
            (.callInvocationIDCompletion, "0801 2a00", .missing(field: "invocation_id")),
            (.run, "0801 2a00", .unexpectedType),
            (MessageType(rawValue: 0x8100), "1001 8a0100", nil),
        ]
        for (type, bytes, expected) in cases {
            #expect(
                problem { () throws(MessageError) in _ = try Notification(type: type, decoding: hex(bytes)) }
                    == expected, "\(type) \(bytes)")
        }
    }

    @Test func textsMustBeUTF8() {
        #expect(
            problem { () throws(MessageError) in _ = try RunCommand(decoding: hex("6201ff")) }
                == .notText(field: "name"))
        #expect(
            problem { () throws(MessageError) in _ = try CallCommand(decoding: hex("0a02c328")) }
                == .notText(field: "service_name"))
        #expect(
            problem { () throws(MessageError) in _ = try InputCommand(decoding: hex("0a03 0a01ff 7200")) }
                == .notText(field: "headers.key"))
    }

    @Test func aNULInATextIsKept() throws {
        #expect(try RunCommand(decoding: hex("6203610062")).name == "a\0b")
    }

    @Test func lengthsBeyondTheEndAreMalformed() {
        for bytes in ["0aff", "0affffffff0f", "0affffffffffffffff7f", "0a05616263", "62ffffffff7f", "ff", "00", "0b"] {
            #expect(
                problem { () throws(MessageError) in _ = try CallCommand(decoding: hex(bytes)) } == .malformed,
                "\(bytes)")
        }
    }

    /// `depth` futures in each other, the outermost in a field with the tag `tag`.
    private func nested(_ depth: Int, tag: UInt8) -> [UInt8] {
        var parts: [[UInt8]] = []
        var count = 0
        for level in 0..<depth {
            var length: [UInt8] = []
            var rest = count
            repeat {
                length.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
                rest >>= 7
            } while rest > 0
            let head = [level == depth - 1 ? tag : 0x22] + length
            parts.append(head)
            count += head.count
        }
        return Array(parts.reversed().joined())
    }

    @Test func futuresNestUpToTheLimit() throws {
        let limit = FutureTree.maximumDepth
        var tree = try SuspensionMessage(decoding: nested(limit, tag: 0x22)).tree
        var depth = 1
        while let next = tree.nested.first {
            tree = next
            depth += 1
        }
        #expect(depth == limit)
        _ = try AwaitingOnMessage(decoding: nested(limit, tag: 0x0a))
        for depth in [limit + 1, 100_000] {
            #expect(
                problem { () throws(MessageError) in
                    _ = try SuspensionMessage(decoding: nested(depth, tag: 0x22))
                } == .tooDeep(limit: limit))
            #expect(
                problem { () throws(MessageError) in
                    _ = try AwaitingOnMessage(decoding: nested(depth, tag: 0x0a))
                } == .tooDeep(limit: limit))
        }
    }

    /// A message of 32 MiB that would be gigabytes of structs: sixteen million empty headers.
    @Test func aMessageDoesNotGrowWithoutBoundInMemory() {
        var bomb: [UInt8] = [0x0a, 0]
        while bomb.count < 32 << 20 { bomb += bomb }
        #expect(problem { () throws(MessageError) in _ = try InputCommand(decoding: bomb) } == .malformed)
    }

    @Test func descriptionsNameNoValue() throws {
        let secret = "s3cret"
        let bytes = Array(secret.utf8)
        let commands: [any CommandMessage] = [
            InputCommand(headers: [Header(key: secret, value: secret)], value: bytes),
            OutputCommand(outcome: .value(bytes)), OutputCommand(outcome: .failure(Failure(code: 1, message: secret))),
            SetStateCommand(key: [0x61], value: bytes), GetEagerStateCommand(key: [0x61], value: bytes),
            CompletePromiseCommand(key: "a", completion: .value(bytes), resultCompletionID: 1),
            CallCommand(
                serviceName: "S", handlerName: "h", parameter: bytes, key: secret, idempotencyKey: secret,
                invocationIDNotification: 1, resultCompletionID: 2),
            OneWayCallCommand(
                serviceName: "S", handlerName: "h", parameter: bytes, key: secret, idempotencyKey: secret,
                invocationIDNotification: 1),
            SendSignalCommand(targetInvocationID: secret, signal: .index(17), result: .value(bytes)),
            AttachInvocationCommand(
                target: .workflow(WorkflowTarget(name: "W", key: secret)), resultCompletionID: 1),
            CompleteAwakeableCommand(awakeableID: secret, outcome: .value(bytes)),
        ]
        for command in commands { #expect(!command.description.contains(secret), "\(command)") }
        #expect(!Notification.run(1, .value(bytes)).description.contains(secret))
        #expect(!Notification.run(1, .failure(Failure(code: 1, message: secret))).description.contains(secret))
    }

    @Test func descriptionsAreOneShortLine() {
        let name = String(repeating: "x\n\u{1b}[31m\u{202e}", count: 100)
        for text in [
            RunCommand(resultCompletionID: 1, name: name).description,
            SetStateCommand(key: Array(name.utf8), value: []).description,
            CallCommand(
                serviceName: name, handlerName: name, parameter: [], invocationIDNotification: 1, resultCompletionID: 2
            ).description,
        ] {
            #expect(text.count < 160)
            #expect(!text.contains(where: \.isNewline) && !text.contains("\u{1b}") && !text.contains("\u{202e}"))
        }
        #expect(RunCommand(resultCompletionID: 1, name: "charge").description == "Run 'charge'")
        #expect(
            SendSignalCommand(targetInvocationID: "i", signal: .cancel, result: .void).description
                == "SendSignal cancel")
        #expect(Notification.run(3, .value([1])).description == "RunCompletion 3: value")
        #expect(MessageType(rawValue: 0x040f).description == "0x040F")
    }
}
