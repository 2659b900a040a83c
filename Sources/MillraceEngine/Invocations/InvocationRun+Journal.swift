import Millrace
import MillraceProtocol
import MillraceStore

/// What the handler does is noted, or, in a replay, compared with what is recorded.
extension InvocationRun {
    /// A result on its way to the handler.
    struct Arrival {
        let id: DurableID
        let result: DurableResult
        /// The journal's time of it.
        let time: Int64
        /// The batch that has it in its journal; 0 where it was read back from there.
        let batch: UInt64
    }

    var isReplaying: Bool { recorded.hasCommands }

    /// The next completion's number.
    func nextCompletion() -> UInt32 {
        completionCounter += 1
        return completionCounter
    }

    /// Does a command: takes it from the journal, where it must be the one, or notes it.
    ///
    /// Values are not compared, as serdes need not be stable to the byte.
    /// - Returns: the recorded command in a replay, `nil` when it is done for the first time.
    func command<C: CommandMessage>(_ now: C) throws -> C? {
        guard log.isOn else { return nil }
        guard recorded.hasCommands else {
            note(now)
            return nil
        }
        return try replay(now) { now.differingField(from: $0, comparingValues: false) == nil }
    }

    /// Notes what is done for the first time.
    func note(_ message: some Message) {
        log.add(message, now: shard.now)
        time = max(time, log.time)
    }

    /// The next recorded command, which must be the one that `matches` accepts.
    func replay<C: Message>(_ now: C, matches: (C) -> Bool) throws -> C {
        let entry = recorded.takeCommand()
        guard let entry else { throw mismatched(nil, "\(now)") }
        time = max(time, recorded.time(of: entry))
        if entry.type == C.type, let command = try? recorded.withPayload(entry, { try C(decoding: $0) }),
            matches(command)
        {
            return command
        }
        throw mismatched(entry, "\(now)")
    }

    /// The error of a replay that does something else than the journal says.
    func mismatched(_ entry: RecordedJournal.Entry?, _ now: String) -> JournalDivergence {
        let error = JournalDivergence(
            index: recorded.nextCommand, recorded: entry.map { recorded.describe($0) } ?? "no further command",
            now: now,
            recordedRevision: recorded.revision(of: entry), revision: revision)
        if mismatch == nil { mismatch = error }
        return error
    }

    /// A result has come: it goes into the journal, and to the handler when it asks for it.
    func arrive(_ notification: Notification) {
        guard let (id, result) = accept(notification) else { return }
        log.add(notification, now: shard.now)
        arrivals.append(Arrival(id: id, result: result, time: log.time, batch: store.openBatch))
        noteActivity()
    }

    /// What a notification is known by, and its result; `nil` for one that has come before.
    func accept(_ notification: Notification) -> (DurableID, DurableResult)? {
        let id: DurableID
        switch notification.id {
        case .completion(let completion): id = .completion(completion)
        case .signal(.index(let index)): id = .signal(index)
        case .signal(.name(let name)):
            id = .namedSignal(name, signalArrivals[name, default: 0])
            signalArrivals[name, default: 0] += 1
        }
        // A cancellation may come more than once; of anything else the first counts.
        guard arrived.insert((), for: id) || id == .cancel else { return nil }
        switch notification.result {
        case .void: return (id, .void)
        case .value(let value): return (id, .value(value))
        case .failure(let failure): return (id, .failure(TerminalError(failure)))
        case .invocationID(let text):
            if case .completion(let number) = notification.id { invocationIDs[number] = InvocationID(text) }
            return nil
        case .stateKeys: return nil
        }
    }

    /// Before a replay: all that happened before is on its way to the handler.
    func prepareReplay(_ journal: RecordedJournal) throws(RecordError) {
        forgetResults()
        recorded = journal
        recordedRevision = journal.revision(of: nil)
        // What came for a run that was not in memory may have come in this very turn.
        dependsOnBatch = journal.lastBatch
        time = journal.times.first ?? shard.now
        arrivals.reserveCapacity(journal.notifications.count)
        for entry in journal.notifications {
            guard let (id, result) = accept(try journal.notification(entry)) else { continue }
            arrivals.append(Arrival(id: id, result: result, time: journal.time(of: entry), batch: 0))
        }
        if shard.settings.mistake == .completionOrderIsForgotten { arrivals.reverse() }
    }
}

extension TerminalError {
    init(_ failure: Failure) {
        var metadata: [String: String] = [:]
        for item in failure.metadata { metadata[item.key] = item.value }
        self.init(failure.message, code: UInt16(clamping: failure.code), metadata: metadata)
    }
}

extension Failure {
    init(_ error: TerminalError) {
        self.init(
            code: UInt32(error.code), message: error.message,
            metadata: error.metadata.sorted { $0.key < $1.key }.map { Metadata(key: $0.key, value: $0.value) })
    }
}

extension DurableResult {
    /// As what completes a command or a signal.
    var notificationResult: Notification.Result {
        switch self {
        case .void: .void
        case .value(let value): .value(value)
        case .failure(let error): .failure(Failure(error))
        }
    }
}
