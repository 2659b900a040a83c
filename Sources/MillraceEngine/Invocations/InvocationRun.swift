import Millrace
import MillraceStore

/// One running invocation: the engine's side of its context.
///
/// While the handler runs inline, its changes go straight into the shard's open batch and can be taken back. When it
/// is found waiting, they are taken out of the batch and kept here (`detached`), until it has finished. A shard uses one run for
/// all invocations that finish inline; tickets tell them apart.
///
/// Everything happens on the thread of the run's shard, which each call checks; that makes `@unchecked Sendable` true.
@safe final class InvocationRun: InvocationScope, @unchecked Sendable {
    /// What a waiting invocation has changed so far.
    struct Detached {
        var key: [UInt8]
        /// State values by name; `nil` for cleared ones.
        var state: [String: [UInt8]?] = [:]
        /// All state was cleared before the values above were set.
        var isCleared = false
        var emissions: [MessageCodec.Emission] = []
        var sends: [StoredInvocation] = []
        var cancellations: [InvocationID] = []
    }

    unowned let shard: Shard
    private(set) var ticket: UInt64 = 0
    private(set) var isRunning = false
    private(set) var handler: ServiceTable.Handler?
    private(set) var id = InvocationID(keyHash: 0, dueMilliseconds: 0, originShard: 0, sequence: 0)
    private(set) var keyHash: UInt64 = 0
    private var keyBytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    private var objectKey: RowKey
    private var objectCount = 0
    /// Where the invocation came from: a record that is still in its batch, or a stored one.
    private var batch: RecordBatch?
    private var entry = 0
    private var source: StoredInvocation.Source?
    /// An error of an operation that does not throw; the first one counts.
    private var failure: (any Error)?
    var detached: Detached?
    /// The queue that waits for this run, when it is detached.
    var queue: VirtualQueue?
    /// What a task ended with.
    private(set) var result: Result<Void, any Error>?
    private var spareBuffer: [UInt8] = []

    init(shard: Shard) {
        self.shard = shard
        objectKey = RowKey(shard: shard.index)
        spareBuffer.reserveCapacity(1024)
    }

    // MARK: The shard's side

    /// Begins an invocation. The key must live until it has finished or is detached.
    @inline(__always)
    func begin(
        _ handler: ServiceTable.Handler, id: InvocationID, keyHash: UInt64, key: UnsafeRawBufferPointer,
        batch: RecordBatch?, entry: Int, source: StoredInvocation.Source?
    ) -> InvocationHandle {
        ticket &+= 1
        isRunning = true
        self.handler = handler
        self.id = id
        self.keyHash = keyHash
        unsafe keyBytes = unsafe key
        self.batch = batch
        self.entry = entry
        self.source = source
        failure = nil
        result = nil
        objectCount = 0
        return InvocationHandle(scope: self, ticket: ticket)
    }

    /// Ends an invocation, and returns the error of an operation that could not throw it.
    @inline(__always)
    func end() -> (any Error)? {
        isRunning = false
        batch = nil
        source = nil
        return failure
    }

    /// The record's source, in the form that is stored.
    var storedSource: StoredInvocation.Source? {
        if let source { return source }
        guard let batch else { return nil }
        return shard.storedSource(batch, entry)
    }

    /// Called by the task's last step.
    func finish(_ result: Result<Void, any Error>) { self.result = result }

    /// Copies what does not outlive the inline part.
    func detach() {
        source = storedSource
        batch = nil
        detached = unsafe Detached(key: [UInt8](keyBytes))
    }

    // MARK: InvocationScope

    @inline(__always)
    private func check(_ ticket: UInt64) throws {
        guard ticket == self.ticket, isRunning else { throw ContextError.usedAfterReturn(handler: handlerName) }
        guard shard.executor.isCurrentThread else { throw ContextError.usedFromOtherTask(handler: handlerName) }
    }

    private var handlerName: String { handler.map { "\($0.service)/\($0.name)" } ?? "a handler" }

    func invocationID(_ ticket: UInt64) -> InvocationID { id }

    func key(_ ticket: UInt64) throws -> UnsafeRawBufferPointer {
        try check(ticket)
        return unsafe withKey { unsafe $0 }
    }

    /// A detached run's key is an array of its own, which stays where it is as long as nobody writes to it.
    @inline(__always)
    private func withKey<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let detached { return unsafe detached.key.withUnsafeBytes(body) }
        return unsafe body(keyBytes)
    }

    func record(_ ticket: UInt64) throws -> SourceRecord? {
        try check(ticket)
        return storedSource?.record
    }

    func nowMilliseconds(_ ticket: UInt64) throws -> Int64 {
        try check(ticket)
        return shard.now
    }

    @inline(__always)
    private func selectState(_ name: String) {
        if objectCount == 0 {
            objectKey.truncate(to: 2)
            unsafe withKey { unsafe objectKey.appendObject(service: handler?.service ?? "", key: $0) }
            objectCount = objectKey.count
        } else {
            objectKey.truncate(to: objectCount)
        }
        objectKey.append(name)
    }

    func readState(_ name: String, _ ticket: UInt64) throws -> UnsafeRawBufferPointer? {
        try check(ticket)
        if let detached {
            if let changed = detached.state[name] {
                return unsafe changed.map { unsafe shard.lend($0) }
            }
            if detached.isCleared { return nil }
        }
        selectState(name)
        return try unsafe shard.store.get(.state, objectKey.bytes, objectCount: objectCount)
    }

    func writeState(_ name: String, _ value: UnsafeRawBufferPointer, _ ticket: UInt64) throws {
        try check(ticket)
        guard value.count <= shard.limits.maxStateBytes else {
            throw ContextError.tooLarge(
                what: "the state value '\(name)'", bytes: value.count, limit: shard.limits.maxStateBytes)
        }
        guard name.utf8.count <= 1024 else {
            throw ContextError.tooLarge(what: "the name of a state value", bytes: name.utf8.count, limit: 1024)
        }
        if detached != nil {
            detached?.state[name] = unsafe [UInt8](value)
            return
        }
        selectState(name)
        unsafe shard.store.put(.state, objectKey.bytes, value, objectCount: objectCount)
    }

    func clearState(_ name: String, _ ticket: UInt64) throws {
        try check(ticket)
        if detached != nil {
            detached?.state[name] = .some(nil)
            return
        }
        selectState(name)
        unsafe shard.store.delete(.state, objectKey.bytes, objectCount: objectCount)
    }

    func clearAllState(_ ticket: UInt64) throws {
        try check(ticket)
        if detached != nil {
            detached?.state.removeAll()
            detached?.isCleared = true
            return
        }
        for key in try objectKeys() {
            unsafe key.withUnsafeBytes { unsafe shard.store.delete(.state, $0, objectCount: objectCount) }
        }
    }

    func stateNames(_ ticket: UInt64) throws -> [String] {
        try check(ticket)
        var names = Set<String>()
        if detached?.isCleared != true {
            for key in try objectKeys() { names.insert(String(decoding: key[objectCount...], as: UTF8.self)) }
        }
        for (name, value) in detached?.state ?? [:] {
            if value == nil { names.remove(name) } else { names.insert(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func objectKeys() throws -> [[UInt8]] {
        selectState("")
        return try unsafe shard.store.objectKeys(objectKey.bytes)
    }

    func send(
        service: String, handler: String, key: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer,
        delayMilliseconds: Int64, _ ticket: UInt64
    ) throws -> InvocationID {
        try check(ticket)
        guard let target = shard.services.find(service: service, handler: handler) else {
            throw ContextError.unknownTarget(service: service, handler: handler)
        }
        guard key.count <= shard.limits.maxKeyBytes else {
            throw ContextError.tooLarge(what: "a key", bytes: key.count, limit: shard.limits.maxKeyBytes)
        }
        guard payload.count <= shard.limits.maxPayloadBytes else {
            throw ContextError.tooLarge(
                what: "an invocation's input", bytes: payload.count, limit: shard.limits.maxPayloadBytes)
        }
        let invocation = unsafe shard.makeInvocation(
            target, key: key, payload: payload, delayMilliseconds: delayMilliseconds)
        if detached != nil { detached?.sends.append(invocation) } else { shard.send(invocation) }
        return invocation.id
    }

    func cancel(_ id: InvocationID, _ ticket: UInt64) throws {
        try check(ticket)
        if detached != nil { detached?.cancellations.append(id) } else { shard.cancel(id) }
    }

    func emit(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], _ ticket: UInt64
    ) throws {
        try check(ticket)
        let sink = try shard.sink(cluster)
        let size =
            unsafe (key?.count ?? 0) + (value?.count ?? 0)
            + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
        guard size <= shard.limits.maxRecordBytes[sink] else {
            throw ContextError.tooLarge(
                what: "a record for topic '\(topic)'", bytes: size, limit: shard.limits.maxRecordBytes[sink])
        }
        guard !topic.isEmpty, topic.utf8.count <= 249 else { throw ContextError.unknownSink("topic '\(topic)'") }
        if detached != nil {
            unsafe detached?.emissions.append(
                MessageCodec.Emission(
                    sequence: 0, cluster: cluster, topic: topic, key: key.map { unsafe [UInt8]($0) },
                    value: unsafe value.map { unsafe [UInt8]($0) }, headers: headers))
            return
        }
        unsafe shard.outgoing.emit(sink: sink, topic: topic, key: key, value: value, headers: headers)
    }

    func fail(_ error: any Error, _ ticket: UInt64) {
        // A late or foreign call cannot fail what is over, or what another thread owns: it is told to the log instead.
        guard ticket == self.ticket, isRunning, shard.executor.isCurrentThread else {
            return shard.observer.contextMisused(error)
        }
        if failure == nil { failure = error }
    }

    func borrowBuffer() -> [UInt8] {
        guard shard.executor.isCurrentThread else { return [] }
        var buffer: [UInt8] = []
        swap(&buffer, &spareBuffer)
        buffer.removeAll(keepingCapacity: true)
        return buffer
    }

    func returnBuffer(_ buffer: consuming [UInt8]) {
        guard shard.executor.isCurrentThread, buffer.capacity > spareBuffer.capacity, buffer.capacity <= 1 << 20 else {
            return
        }
        spareBuffer = buffer
    }
}
