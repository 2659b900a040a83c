import Testing

@testable import MillraceProtocol

@Suite struct JournalEntryTests {
    @Test func bytesAreKeptAsTheyCame() throws {
        // A field that is not known, a number that is longer than it need be, and fields out of order.
        let payload = hex("620161 da7f0161 588200")
        let entry = try JournalEntry(type: .run, payload: payload)
        #expect(entry.payload == payload)
        #expect(try entry.command() == .run(RunCommand(resultCompletionID: 2, name: "a")))
        var frame: [UInt8] = []
        try entry.encodeFrame(into: &frame)
        #expect(frame == hex("0411 0000 0000000a") + payload)
    }

    @Test func onlyCommandsAndNotificationsAreEntries() {
        for code: UInt16 in [0, 3, 0x3ff, 0xfc00, 0xffff] {
            let type = MessageType(rawValue: code)
            #expect(throws: MessageError(type: type, problem: .unexpectedType)) {
                try JournalEntry(type: type, payload: [])
            }
        }
    }

    @Test(arguments: UInt64(1)...20)
    func entriesDecodeToWhatTheyWereMadeOf(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for command in samples.commands() {
            let entry = JournalEntry(command)
            #expect(entry.isCommand)
            #expect(command.equals(try entry.command().message))
            #expect(entry.description == command.description)
        }
        for notification in samples.notifications() {
            let entry = JournalEntry(notification)
            #expect(!entry.isCommand)
            #expect(try entry.notification() == notification)
            #expect(throws: MessageError(type: notification.type, problem: .unexpectedType)) { try entry.command() }
        }
    }

    @Test func completionsFollowFromCommands() {
        let pairs: [(MessageType, MessageType?)] = [
            (.getLazyState, .getLazyStateCompletion), (.getLazyStateKeys, .getLazyStateKeysCompletion),
            (.getPromise, .getPromiseCompletion), (.peekPromise, .peekPromiseCompletion),
            (.completePromise, .completePromiseCompletion), (.sleep, .sleepCompletion), (.call, .callCompletion),
            (.run, .runCompletion), (.attachInvocation, .attachInvocationCompletion),
            (.getInvocationOutput, .getInvocationOutputCompletion), (.oneWayCall, nil), (.input, nil), (.output, nil),
            (.setState, nil), (.sendSignal, nil), (.completeAwakeable, nil), (.end, nil), (.runCompletion, nil),
        ]
        for (command, completion) in pairs { #expect(command.completion == completion, "\(command)") }
    }
}
