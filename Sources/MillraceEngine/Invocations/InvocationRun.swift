import Millrace
import MillraceProtocol
import MillraceStore

/// One running invocation: the engine's side of its context.
///
/// While the handler runs inline, its changes go straight into the shard's open batch and can be taken back, and what it
/// does is noted in a ``JournalLog``. When it is found waiting, the notes become its journal, and it gets a place in a virtual
/// queue. From then on it goes on in slices: from one wait to the next, each with its changes and its part of the journal in
/// one batch. A run that is made anew from a journal does what is in there again, without the effects.
///
/// A shard uses one run for all invocations that finish inline; tickets tell them apart. Everything happens on the thread of
/// the run's shard, which each call checks; that makes `@unchecked Sendable` true.
@safe final class InvocationRun: InvocationScope, @unchecked Sendable {
    /// Whose ``Shard/releaseAll()`` ends the circle of references.
    let shard: Shard
    /// The shard's.
    let store: ShardStore
    private(set) var ticket: UInt64 = 0
    private(set) var isRunning = false
    private(set) var handler: ServiceTable.Handler?
    /// The handler's, which to read there would count a reference at each operation.
    private(set) var stateMilliseconds: Int64 = 0
    private(set) var id = InvocationID(keyHash: 0, dueMilliseconds: 0, originShard: 0, sequence: 0)
    private(set) var keyHash: UInt64 = 0
    private var keyBytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// The key of a run that outlives the call that started it.
    private var ownKey: [UInt8]?
    var objectKey: RowKey
    var objectCount = 0

    /// Where the invocation came from: a record that is still in its batch, or a stored one.
    private var batch: RecordBatch?
    private var entry = 0
    private(set) var stored: StoredInvocation?

    /// An error of an operation that does not throw; the first one counts.
    var failure: (any Error)?
    /// What the handler's task ended with.
    private(set) var result: Result<Void, any Error>?
    var output: [UInt8] = []

    // The open slice.
    var mark = Outgoing.Mark(emissions: 0, bytes: 0, messages: 0)
    var log = JournalLog()

    // What outlives a slice.
    /// The queue whose head this is, once it has waited or failed.
    var queue: VirtualQueue?
    /// The queue from which it was taken for its first attempt, which it need not come back to.
    var origin: VirtualQueue?
    var recorded = RecordedJournal()
    /// The revision of the code that wrote the journal's last chunk; empty where there is none, or it has no name.
    var recordedRevision = ""
    /// The time of what the handler took note of last.
    var time: Int64 = 0
    var completionCounter: UInt32 = 0
    var signalCounter = AwakeableID.firstIndex - 1
    var signalOrdinals: [String: Int] = [:]
    var random: DurableGenerator?

    /// Results that have come, and that the handler has not taken note of.
    var arrivals: [Arrival] = []
    var nextArrival = 0
    var outcomes = DurableTable<DurableOutcome>()
    /// Completions that have come, of which only the first counts.
    var arrived = DurableTable<Void>()
    var signalArrivals: [String: Int] = [:]
    var waiters: [Waiter] = []
    var isCancelRequested = false
    /// The ids of the invocations that calls and sends made, by their completions.
    var invocationIDs: [UInt32: InvocationID] = [:]
    /// The invocations that this one called, in order: a cancellation goes to them first.
    var callees: [NeededInvocation] = []
    /// Those that it has attached to.
    var attachments: [NeededInvocation] = []
    /// Whether one of those others may be somebody else's.
    var mayHaveJoined = false
    /// Timers that have not fired: the completion, and when it is due.
    var openTimers: [UInt32: UInt64] = [:]
    /// Steps whose function runs.
    var openSteps: [OpenStep] = []
    /// The handler's task, and those of steps beside it.
    var tasks: [Task<Void, Never>] = []
    /// How many of those of steps have not ended.
    var openTasks = 0
    /// The last of its places that wait for something other than its journal.
    var held: HeldTask?
    /// Why the attempt is over although the handler has not ended.
    var abortion: StepFailed?
    var stepFailures: [UInt32: StepFailure] = [:]
    /// The batch that must be durable before a step may run; 0 where nothing is at stake.
    var dependsOnBatch: UInt64 = 0
    var isReleased = false
    var isInReadyList = false
    /// The number of what has happened to the run last, to tell whether it has been idle since. No other run has it: an invocation that is
    /// replayed has another run, for which what is known of the last one must not count.
    private(set) var activity: UInt64 = 0
    /// What `activity` was when the run was found waiting last, and how long it may wait then, in milliseconds since 1970.
    private var idleActivity: UInt64 = 0
    private(set) var idleUntil: Int64 = 0
    /// When its shard looks whether it has been waiting for too long; `nil` where it does not.
    var idleEntry: Int64?
    var mismatch: JournalDivergence?

    init(shard: Shard) {
        self.shard = shard
        store = shard.store
        objectKey = RowKey(shard: shard.index)
    }

    // MARK: The shard's side

    /// Begins an invocation. The key must live until it has finished or is kept.
    @inline(__always)
    func begin(
        _ handler: ServiceTable.Handler, id: InvocationID, keyHash: UInt64, key: UnsafeRawBufferPointer,
        batch: RecordBatch?, entry: Int, stored: StoredInvocation?
    ) -> InvocationHandle {
        ticket &+= 1
        isRunning = true
        // What is the same as last time is left alone: other threads count references to it too.
        if self.handler !== handler {
            self.handler = handler
            stateMilliseconds = handler.stateMilliseconds
        }
        self.id = id
        self.keyHash = keyHash
        unsafe keyBytes = unsafe key
        if self.batch !== batch { self.batch = batch }
        self.entry = entry
        if stored != nil || self.stored != nil { self.stored = stored }
        if failure != nil { failure = nil }
        objectCount = 0
        log.isOn = false
        return InvocationHandle(scope: self, ticket: ticket)
    }

    /// What a handler that may wait needs in addition.
    func beginWaiting() {
        log.isOn = true
        result = nil
        output = []
        tasks.removeAll(keepingCapacity: true)
        guard queue == nil else { return }
        time = shard.now
        // What was sent by another invocation, or asked for outside, may be lost with this batch. A record would come again.
        dependsOnBatch = stored == nil || stored?.source != nil ? 0 : store.openBatch
        log.removeAll()
        mismatch = nil
        recordedRevision = ""
        abortion = nil
        // The run was used before, by an invocation that did more than most.
        if completionCounter > 0 || signalCounter >= AwakeableID.firstIndex || random != nil || !outcomes.isEmpty {
            forgetResults()
        }
    }

    func forgetResults() {
        completionCounter = 0
        signalCounter = AwakeableID.firstIndex - 1
        if !signalOrdinals.isEmpty { signalOrdinals = [:] }
        random = nil
        arrivals.removeAll(keepingCapacity: arrivals.capacity <= Self.keptCapacity)
        nextArrival = 0
        outcomes.removeAll()
        arrived.removeAll()
        if !signalArrivals.isEmpty { signalArrivals = [:] }
        if !callees.isEmpty { callees = [] }
        if !attachments.isEmpty { attachments = [] }
        mayHaveJoined = false
        if !invocationIDs.isEmpty { invocationIDs = [:] }
        if !openTimers.isEmpty { openTimers = [:] }
        isCancelRequested = false
        if !stepFailures.isEmpty { stepFailures = [:] }
    }

    /// Of lists that are as long as those of most invocations the memory serves the next one.
    private static let keptCapacity = 16

    /// Whether the invocation had to wait, and so had a place of its own.
    var hasWaited: Bool { ownKey != nil }

    /// Forgets an invocation that has waited and ended, so that the run may serve another.
    func clear() {
        ownKey = nil
        stored = nil
        if recorded.chunkCount > 0 { recorded = RecordedJournal() }
        tasks.removeAll(keepingCapacity: tasks.capacity <= Self.keptCapacity)
        if openSteps.capacity > Self.keptCapacity { openSteps = [] }
        idleEntry = nil
        forgetResults()
    }

    /// Lets the batch go of whose records it ran the last.
    func forgetBatch() { batch = nil }

    /// Ends an invocation, and returns the error of an operation that could not throw it.
    @inline(__always)
    func end() -> (any Error)? {
        isRunning = false
        return failure
    }

    /// The invocation as it is stored when it has to wait.
    func makeStored() -> StoredInvocation {
        if let stored { return stored }
        guard let batch, let handler else {
            return StoredInvocation(
                id: id, service: handler?.service ?? "", handler: handler?.name ?? "", key: [], payload: [],
                acceptedAtMilliseconds: shard.now)
        }
        return shard.stored(batch, entry, handler, id: id)
    }

    /// Copies what does not outlive the inline part.
    func keepOrigin() {
        let stored = makeStored()
        ownKey = stored.key
        self.stored = stored
        batch = nil
    }

    /// Called by the task's last step.
    func finish(_ result: Result<Void, any Error>) {
        guard !isReleased else { return }
        self.result = result
        shard.activate(self)
    }

    /// Before a replay: the run is a queue's head.
    func resume(in queue: VirtualQueue, _ stored: StoredInvocation) {
        self.queue = queue
        ownKey = stored.key
    }

    /// From here on the context must not be used.
    func stopRunning() { isRunning = false }

    var isFromRecord: Bool { batch != nil || stored?.source != nil }

    /// Whether the run may serve another invocation: nobody knows it as this one's any more.
    var isReusable: Bool {
        queue == nil && waiters.isEmpty && openTasks == 0 && !isReleased && !isInReadyList && held == nil
            && mismatch == nil && abortion == nil && (tasks.isEmpty || result != nil)
    }

    func noteActivity() {
        shard.lastActivity += 1
        activity = shard.lastActivity
    }

    /// Notes that the run waits.
    func beginIdling(until due: Int64) {
        noteActivity()
        idleActivity = activity
        idleUntil = due
    }

    /// Whether nothing has happened to the run since it was found waiting.
    var isIdle: Bool { idleActivity == activity }

    /// Whether the run waits in such a way that its memory can be released.
    var canBeReleased: Bool { !waiters.isEmpty && openSteps.isEmpty && openTasks == 0 && held == nil && ending == nil }

    /// What the attempt has ended with.
    var ending: Result<Void, any Error>? { abortion.map { .failure($0) } ?? result }

    func takeOutput() -> [UInt8] {
        guard !output.isEmpty else { return [] }
        defer { output = [] }
        return output
    }

    // MARK: Identity

    /// Whether the call comes from where it may; makes the run the one whose slice is open.
    @inline(__always)
    func check(_ ticket: UInt64) throws {
        guard ticket == self.ticket, isRunning else {
            if isReleased, ticket == self.ticket { throw InvocationReleased() }
            throw ContextError.usedAfterReturn(handler: handlerName)
        }
        guard shard.executor.isCurrentThread else { throw ContextError.usedFromOtherTask(handler: handlerName) }
        if shard.active !== self { try activate() }
        if !openSteps.isEmpty { try checkStep() }
    }

    private func activate() throws {
        guard !isReleased else { throw InvocationReleased() }
        if let mismatch { throw mismatch }
        if abortion != nil { throw InvocationReleased() }
        shard.activate(self)
    }

    private func checkStep() throws {
        if let step = DurableStep.current { throw ContextError.usedInStep(handler: handlerName, step: step) }
    }

    /// For operations whose result comes later.
    func checkWaiting(_ ticket: UInt64) throws {
        try check(ticket)
        if abortion != nil { throw InvocationReleased() }
        if let mismatch { throw mismatch }
        guard log.isOn else { throw ContextError.cannotWait(handler: handlerName) }
    }

    /// The revision of the code; empty where it names none.
    var revision: String { handler?.options.revision ?? "" }

    var handlerName: String { handler.map { "\($0.service)/\($0.name)" } ?? "a handler" }

    func invocationID(_ ticket: UInt64) -> InvocationID { id }

    func key(_ ticket: UInt64) throws -> UnsafeRawBufferPointer {
        try check(ticket)
        return unsafe withKey { unsafe $0 }
    }

    /// A kept run's key is an array of its own, which stays where it is as long as nobody writes to it.
    @inline(__always)
    func withKey<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let ownKey { return unsafe ownKey.withUnsafeBytes(body) }
        return unsafe body(keyBytes)
    }

    func record(_ ticket: UInt64) throws -> SourceRecord? {
        try check(ticket)
        if let stored { return stored.source?.record }
        return batch.map { shard.storedSource($0, entry).record }
    }

    func requestBody(_ ticket: UInt64) throws -> [UInt8] {
        try check(ticket)
        return makeStored().payload
    }

    func requestHeaders(_ ticket: UInt64) throws -> [InvocationHeader] {
        try check(ticket)
        return stored?.headers ?? []
    }

    func nowMilliseconds(_ ticket: UInt64) throws -> Int64 {
        try check(ticket)
        return log.isOn ? time : shard.now
    }

    func nextRandom(_ ticket: UInt64) -> UInt64 {
        var generator = random ?? DurableGenerator(id)
        defer { random = generator }
        return generator.next()
    }

    // MARK: The end

    func setOutput(_ value: [UInt8], _ ticket: UInt64) {
        guard ticket == self.ticket, isRunning else { return }
        output = value
    }

    func fail(_ error: any Error, _ ticket: UInt64) {
        if error is InvocationReleased { return }
        // A late or foreign call cannot fail what is over, or what another thread owns: it is told to the log instead.
        guard ticket == self.ticket, isRunning, shard.executor.isCurrentThread else {
            return shard.observer.contextMisused(error)
        }
        if failure == nil { failure = error }
    }

    func borrowBuffer() -> [UInt8] {
        guard shard.executor.isCurrentThread else { return [] }
        var buffer: [UInt8] = []
        swap(&buffer, &shard.spareBuffer)
        buffer.removeAll(keepingCapacity: true)
        return buffer
    }

    func returnBuffer(_ buffer: consuming [UInt8]) {
        guard shard.executor.isCurrentThread, buffer.capacity > shard.spareBuffer.capacity, buffer.capacity <= 1 << 20
        else { return }
        shard.spareBuffer = buffer
    }
}
