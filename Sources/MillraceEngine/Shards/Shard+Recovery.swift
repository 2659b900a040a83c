import Millrace
import MillraceStore
import Synchronization

/// What a shard does before its first turn.
extension Shard {
    /// Reads everything that outlives a process: counters, queues, timers, schedules. Its store has replayed its blocks already; returns
    /// what has to be sent again.
    ///
    /// - Parameter life: how many lives the data directory has had, this one included.
    func recover(_ recovery: ShardStore.Recovery, life: UInt64) throws(StoreError) -> Outputs {
        let prefix = [UInt8(index >> 8), UInt8(index & 0xff)]
        rowKey.truncate(to: 2)
        rowKey.append(SequenceRow.name)
        if let value = try unsafe store.get(.meta, rowKey.bytes), let row = unsafe SequenceRow(value) {
            storedSequences = row
            invocationSequence = row.invocation
            messageSequence = row.message
            ackedSequence = row.acked
        }
        // The last life may have made more invocations than are known of, and told somebody outside what they are called, as a step of a
        // record's invocation does not wait until that is durable. An awakeable of one of them must not complete another's.
        invocationSequence = max(invocationSequence, life << Self.lifeShift)
        for row in try store.scan(.meta, from: prefix + [UInt8(ascii: "r")], to: prefix + [UInt8(ascii: "r") + 1]) {
            guard row.key.count == 5, row.value.count == 8 else { continue }
            let sender = Int(row.key[3]) << 8 | Int(row.key[4])
            guard sender < received.count else { continue }
            received[sender] = unsafe row.value.withUnsafeBytes {
                unsafe UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
            }
        }
        try recoverLanes(prefix)
        try recoverQueues(prefix)
        try recoverSchedules(prefix)
        timers.startAtStore()
        // What could be read survives any crash.
        durableBatch = store.lastBatch
        return resend(recovery.messages)
    }

    /// A shard makes fewer than 2^40 invocations in one life.
    private static let lifeShift: UInt64 = 40

    private func recoverQueues(_ prefix: [UInt8]) throws(StoreError) {
        for row in try queueHeaders(prefix) {
            let (service, key, keyHash, header) = row
            let queue = VirtualQueue(service: service, key: key, hash: queueHash(service, keyHash), header)
            queuedCount += queue.count
            insert(queue)
            switch header.state {
            case .ready: schedule(queue)
            case .suspended:
                queue.state = .suspended
                // Nobody else looks for a ring that was closed before, as long as none of it is in memory.
                if queue.hasCalls, queue.count > 1 { watchForDeadlock(queue) }
                unload(queue)
            case .backingOff:
                queue.state = .backingOff(until: header.untilMilliseconds)
                retries.add(queue, due: header.untilMilliseconds)
            case .stopped:
                queue.failure = HeadFailure()
                schedule(queue)
            case .parked:
                queue.state = .parked
                counters.parkedKeys.add(1, ordering: .relaxed)
            }
        }
        // Sources ask before the first turn.
        counters.queuedInvocations.store(queuedCount, ordering: .relaxed)
    }

    /// All headers of queues, with what they are of.
    private func queueHeaders(
        _ prefix: [UInt8]
    ) throws(StoreError) -> [(service: String, key: [UInt8], keyHash: UInt64, header: QueueHeader)] {
        var headers: [(service: String, key: [UInt8], keyHash: UInt64, header: QueueHeader)] = []
        for row in try store.scan(.meta, from: prefix + [UInt8(ascii: "q")], to: prefix + [UInt8(ascii: "q") + 1]) {
            guard let header = unsafe row.value.withUnsafeBytes({ unsafe QueueHeader($0) }), row.key.count > 4 else {
                throw .damaged(directory: "", reason: "shard \(index) has a queue header that cannot be read")
            }
            let serviceCount = Int(row.key[3])
            guard row.key.count >= 8 + serviceCount else {
                throw .damaged(directory: "", reason: "shard \(index) has a queue header without a key")
            }
            let service = String(decoding: row.key[4..<4 + serviceCount], as: UTF8.self)
            let key = [UInt8](row.key[(8 + serviceCount)...])
            // A queue of one invocation is named by its id, whose own hash leads it.
            let keyHash =
                unsafe !service.isEmpty
                ? key.withUnsafeBytes { unsafe XXH64.hash($0) } : (InvocationID(bytes: key)?.keyHash ?? 0)
            headers.append((service, key, keyHash, header))
        }
        return headers
    }

    /// Brings all queues back into memory that are only stored, for those who want to see them.
    func loadAllSuspended() throws(StoreError) {
        guard !suspended.isEmpty else { return }
        for (service, key, keyHash, header) in try queueHeaders([UInt8(index >> 8), UInt8(index & 0xff)])
        where header.state == .suspended {
            _ = unsafe key.withUnsafeBytes { unsafe queue(service, keyHash, $0) }
        }
    }

    /// The watermarks that a shard has stored.
    static func storedWatermarks(of store: ShardStore) throws(StoreError) -> [Watermarks.Stored] {
        let prefix = [UInt8(store.shard >> 8), UInt8(store.shard & 0xff)]
        return try store.scan(.meta, from: prefix + [Watermarks.name], to: prefix + [Watermarks.name + 1])
            .compactMap { Watermarks.read(key: $0.key, value: $0.value) }
    }

    /// Makes the messages ready again that were not known to have arrived. They have the same numbers as before.
    private func resend(_ messages: [(batch: UInt64, message: [UInt8])]) -> Outputs {
        var outputs = Outputs()
        var at = 0
        while at < messages.count {
            let number = messages[at].batch
            var bySink: [Int: Outgoing] = [:]
            var sequences: [Int: [UInt64]] = [:]
            var byTarget: [Int: [ShardMessage]] = [:]
            var last: UInt64 = 0
            while at < messages.count, messages[at].batch == number {
                defer { at += 1 }
                switch MessageCodec.decode(messages[at].message) {
                case .emission(let emission):
                    last = max(last, emission.sequence)
                    guard emission.sequence > ackedSequence else { continue }
                    guard let sink = settings.sinks.firstIndex(of: emission.cluster) else {
                        missingSink = emission.cluster
                        continue
                    }
                    // It was delivered, or it is a row.
                    guard emission.sequence > lanes[sink].settled else { continue }
                    unsafe emission.key.withOptionalBytes { key in
                        unsafe emission.value.withOptionalBytes { value in
                            unsafe bySink[sink, default: Outgoing()].emit(
                                sink: sink, topic: emission.topic, key: key, value: value, headers: emission.headers)
                        }
                    }
                    sequences[sink, default: []].append(emission.sequence)
                case .shard(let message):
                    last = max(last, message.sequence)
                    guard message.sequence > ackedSequence else { continue }
                    byTarget[message.target, default: []].append(message)
                case nil: continue
                }
            }
            let parts = bySink.sorted { $0.key < $1.key }.map { sink, outgoing in
                makeBatch(for: sink, outgoing, sequences[sink] ?? [], commit: 0, number: number)
            }
            for part in parts { outputs.outbound.append((part.sink, part)) }
            for (target, messages) in byTarget.sorted(by: { $0.key < $1.key }) {
                outputs.messages.append(
                    ShardMessageBatch(from: index, to: target, batchNumber: number, messages: messages))
            }
            if !parts.isEmpty || !byTarget.isEmpty {
                addUndelivered(
                    UndeliveredBatch(
                        number: number, lastSequence: last, since: 0, parts: parts, messagesLeft: byTarget.count))
            }
        }
        return outputs
    }
}

extension [UInt8]? {
    /// Lends the bytes, or `nil`.
    func withOptionalBytes(_ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let self else { return body(nil) }
        unsafe self.withUnsafeBytes { unsafe body($0) }
    }
}
