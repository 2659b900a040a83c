import Testing

@testable import MillraceProtocol

@Suite struct ReplayCheckTests {
    private func mismatch(
        recorded: some CommandMessage, now: some CommandMessage, comparesValues: Bool = true
    ) -> JournalMismatch? {
        mismatch(recorded: JournalEntry(recorded), now: now, comparesValues: comparesValues)
    }

    private func mismatch(
        recorded: JournalEntry, now: some CommandMessage, comparesValues: Bool = true
    ) -> JournalMismatch? {
        var check = ReplayCheck(comparesValues: comparesValues)
        do throws(JournalMismatch) {
            try check.check(now, against: recorded, at: 3)
            return nil
        } catch {
            return error
        }
    }

    private let call = CallCommand(
        serviceName: "Greeter", handlerName: "greet", parameter: [1], headers: [Header(key: "a", value: "b")],
        key: "k", idempotencyKey: "i", scope: "s", limitKey: "l", invocationIDNotification: 4, resultCompletionID: 5,
        name: "n")

    @Test(arguments: UInt64(1)...50)
    func everyCommandMatchesItself(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for command in samples.commands() {
            #expect(mismatch(recorded: JournalEntry(command), now: command) == nil)
            let unknown = try JournalEntry(type: type(of: command).type, payload: command.payload + hex("da7f0161"))
            #expect(mismatch(recorded: unknown, now: command) == nil, "unknown fields do not count")
        }
    }

    @Test(arguments: UInt64(1)...20)
    func commandsOfOtherTypesDoNotMatch(seed: UInt64) {
        var samples = Samples(seed: seed)
        let commands = samples.commands()
        let reads: [Set<MessageType>] = [[.getLazyState, .getEagerState], [.getLazyStateKeys, .getEagerStateKeys]]
        for recorded in commands {
            for now in commands where type(of: now).type != type(of: recorded).type {
                if reads.contains([type(of: now).type, type(of: recorded).type]) { continue }
                let found = mismatch(recorded: JournalEntry(recorded), now: now)
                #expect(found?.reason == .type)
                #expect(found?.recordedType == type(of: recorded).type)
            }
        }
    }

    @Test func theErrorNamesIndexRecordedAndActual() {
        let found = mismatch(recorded: call, now: SleepCommand(wakeUpTime: 1, resultCompletionID: 4))
        #expect(found?.commandIndex == 3)
        #expect(found?.recorded == "Call to Greeter/greet")
        #expect(found?.actual == "Sleep")
        #expect(
            found?.description.hasPrefix(
                "journal mismatch at command 3: the journal has Call to Greeter/greet, the code now does Sleep;")
                == true)
    }

    @Test func ofASleepOnlyTheNameCounts() {
        let recorded = SleepCommand(wakeUpTime: 1, resultCompletionID: 2, name: "n")
        #expect(mismatch(recorded: recorded, now: SleepCommand(wakeUpTime: 9, resultCompletionID: 8, name: "n")) == nil)
        #expect(
            mismatch(recorded: recorded, now: SleepCommand(wakeUpTime: 1, resultCompletionID: 2, name: "m"))?.reason
                == .field("name"))
    }

    @Test func ofTheInputNothingCounts() {
        #expect(mismatch(recorded: InputCommand(value: [1], name: "a"), now: InputCommand(value: [2])) == nil)
    }

    @Test func ofACallEveryFieldCounts() {
        let changes: [(String, (inout CallCommand) -> Void)] = [
            ("service_name", { $0.serviceName = "x" }), ("handler_name", { $0.handlerName = "x" }),
            ("parameter", { $0.parameter = [2] }), ("headers", { $0.headers = [] }), ("key", { $0.key = "x" }),
            ("idempotency_key", { $0.idempotencyKey = nil }), ("scope", { $0.scope = nil }),
            ("limit_key", { $0.limitKey = nil }),
            ("invocation_id_notification_idx", { $0.invocationIDNotification = 9 }),
            ("result_completion_id", { $0.resultCompletionID = 9 }), ("name", { $0.name = "x" }),
        ]
        for (field, change) in changes {
            var now = call
            change(&now)
            #expect(mismatch(recorded: call, now: now)?.reason == .field(field))
            let withoutValues = mismatch(recorded: call, now: now, comparesValues: false)?.reason
            #expect(withoutValues == (field == "parameter" ? nil : .field(field)))
        }
    }

    @Test func ofAOneWayCallAllButTheTimeCounts() {
        func send(_ time: UInt64, _ parameter: [UInt8] = [1]) -> OneWayCallCommand {
            OneWayCallCommand(
                serviceName: "S", handlerName: "h", parameter: parameter, invokeTime: time, invocationIDNotification: 1)
        }
        #expect(mismatch(recorded: send(1), now: send(2)) == nil)
        #expect(mismatch(recorded: send(1), now: send(2, [2]))?.reason == .field("parameter"))
        #expect(mismatch(recorded: send(1), now: send(2, [2]), comparesValues: false) == nil)
    }

    @Test func valuesCanBeLeftOutButNotFailures() {
        func output(_ outcome: Outcome) -> OutputCommand { OutputCommand(outcome: outcome) }
        func failed(_ message: String) -> Outcome { .failure(Failure(code: 500, message: message)) }
        #expect(mismatch(recorded: output(.value([1])), now: output(.value([2])))?.reason == .field("result"))
        #expect(mismatch(recorded: output(.value([1])), now: output(.value([2])), comparesValues: false) == nil)
        #expect(
            mismatch(recorded: output(failed("a")), now: output(failed("b")), comparesValues: false)?.reason
                == .field("result"))
        #expect(
            mismatch(recorded: output(.value([1])), now: output(failed("b")), comparesValues: false)?.reason
                == .field("result"))
        let set = SetStateCommand(key: [1], value: [1])
        #expect(mismatch(recorded: set, now: SetStateCommand(key: [1], value: [2]))?.reason == .field("value"))
        #expect(mismatch(recorded: set, now: SetStateCommand(key: [1], value: [2]), comparesValues: false) == nil)
        #expect(
            mismatch(recorded: set, now: SetStateCommand(key: [2], value: [1]), comparesValues: false)?.reason
                == .field("key"))
        let signal = SendSignalCommand(targetInvocationID: "i", signal: .index(1), result: .value([1]))
        let other = SendSignalCommand(targetInvocationID: "i", signal: .index(1), result: .value([2]))
        #expect(mismatch(recorded: signal, now: other, comparesValues: false)?.reason == .field("result"))
    }

    @Test func stateMayBeReadEitherWay() {
        let lazy = GetLazyStateCommand(key: [1], resultCompletionID: 1, name: "n")
        let eager = GetEagerStateCommand(key: [1], value: [7], name: "n")
        #expect(mismatch(recorded: lazy, now: eager) == nil)
        #expect(mismatch(recorded: eager, now: lazy) == nil)
        #expect(mismatch(recorded: eager, now: GetEagerStateCommand(key: [1], value: nil, name: "n")) == nil)
        #expect(
            mismatch(recorded: eager, now: GetLazyStateCommand(key: [2], resultCompletionID: 1, name: "n"))?.reason
                == .field("key"))
        #expect(
            mismatch(recorded: lazy, now: GetEagerStateCommand(key: [1], value: nil, name: "m"))?.reason
                == .field("name"))
        #expect(
            mismatch(recorded: lazy, now: GetLazyStateCommand(key: [1], resultCompletionID: 2, name: "n"))?.reason
                == .field("result_completion_id"))
        let keys = GetEagerStateKeysCommand(keys: [[1]])
        #expect(mismatch(recorded: keys, now: GetLazyStateKeysCommand(resultCompletionID: 1)) == nil)
        #expect(mismatch(recorded: eager, now: keys)?.reason == .type)
        #expect(
            mismatch(recorded: eager, now: GetLazyStateKeysCommand(resultCompletionID: 1, name: "n"))?.reason == .type)
    }

    @Test func aStepsNameAndIdCount() {
        let run = RunCommand(resultCompletionID: 1, name: "charge")
        #expect(
            mismatch(recorded: run, now: RunCommand(resultCompletionID: 1, name: "refund"))?.reason == .field("name"))
        #expect(
            mismatch(recorded: run, now: RunCommand(resultCompletionID: 2, name: "charge"))?.reason
                == .field("result_completion_id"))
    }

    @Test func damagedEntriesAreNotMismatches() throws {
        let damaged = try JournalEntry(type: .run, payload: hex("62ff"))
        let found = mismatch(recorded: damaged, now: RunCommand(resultCompletionID: 1))
        #expect(found?.reason == .unreadable(MessageError(type: .run, problem: .malformed)))
        #expect(found?.recorded == "Run that cannot be decoded")
        #expect(found?.description.contains("damaged") == true)
    }

    @Test func otherWaysToDivergeSayWhatIsLeft() {
        let run = JournalEntry(RunCommand(resultCompletionID: 1, name: "charge"))
        let early = JournalMismatch.endedEarly(at: 2, recorded: run).description
        #expect(
            early.hasPrefix(
                "journal mismatch at command 2: the journal has Run 'charge', the handler now ends before it;"))
        let waiting = JournalMismatch.waitsForUnrecorded(at: 2, recorded: run).description
        #expect(waiting.contains("waits for something that the journal does not have"))
    }
}
