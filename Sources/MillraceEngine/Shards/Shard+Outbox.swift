import Millrace
import MillraceStore

/// Sinks that are away for long: their records become rows, so that no block waits for them.
extension Shard {
    /// How many bytes of stored records a sink gets at a time.
    var window: Int { max(1, limits.maxUndeliveredBytes / 2) }

    /// Bytes of records in rows.
    var outboxBytes: Int { lanes.reduce(0) { $0 + $1.bytes } }

    // MARK: Storing

    /// When a sink's records are to be stored that it has not acknowledged, or `nil`.
    private func storingTime(_ sink: Int) -> Int64? {
        guard !lanes[sink].isStoring, lanes[sink].directBytes > 0 else { return nil }
        // Sources pause before that; but timers and handlers that wait emit too.
        if lanes[sink].directBytes > 2 * limits.maxUndeliveredBytes { return .min }
        let oldest = undelivered.first { batch in batch.parts.contains { $0.sink == sink } }
        return oldest.map { $0.since + limits.outboxAfterMilliseconds }
    }

    /// When the outbox has something to do, or `nil`.
    var nextOutboxWork: Int64? {
        var time: Int64?
        for sink in lanes.indices {
            if let storing = storingTime(sink) { time = min(time ?? .max, storing) }
            if lanes[sink].hasRoom(window) { time = min(time ?? .max, lanes[sink].retryAt) }
        }
        return time
    }

    /// Stores the records of sinks that have been silent for too long, or owe too much. Part of the open batch.
    func storeOverdue() {
        for sink in lanes.indices {
            guard let time = storingTime(sink), time <= now else { continue }
            var isNeeded = false
            for at in undelivered.indices {
                guard let index = undelivered[at].parts.firstIndex(where: { $0.sink == sink }) else { continue }
                let batch = undelivered[at].parts.remove(at: index)
                var rowBytes = 0
                unsafe batch.withBytes { bytes in
                    for record in batch.records {
                        unsafe rowBytes += storeRow(
                            sink, record.sequence, topic: batch.topics[record.topic], key: record.key(in: bytes),
                            value: record.value(in: bytes), headers: record.headers)
                    }
                }
                isNeeded = true
                lanes[sink].lend(batch, rowBytes: rowBytes)
            }
            undeliveredBytes -= lanes[sink].directBytes
            lanes[sink].directBytes = 0
            if isNeeded { lanes[sink].beginStoring(after: messageSequence) }
        }
        settleUndelivered()
    }

    /// Makes a record a row of the open batch. Returns how many bytes it has.
    @discardableResult
    func storeRow(
        _ sink: Int, _ sequence: UInt64, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header]
    ) -> Int {
        rowValue.removeAll()
        unsafe MessageCodec.encodeEmission(
            sequence: sequence, cluster: lanes[sink].name, topic: topic, key: key, value: value, headers: headers,
            into: &rowValue)
        selectOutbox(lanes[sink].name, sequence)
        unsafe store.putNew(.outbox, rowKey.bytes, rowValue.bytes)
        lanes[sink].stored(sequence, bytes: rowValue.count)
        return rowValue.count
    }

    private func selectOutbox(_ name: String, _ sequence: UInt64) {
        rowKey.truncate(to: 2)
        rowKey.append(UInt8(truncatingIfNeeded: name.utf8.count))
        rowKey.append(name)
        rowKey.append(sequence)
    }

    /// Puts the figures of lanes that have changed into the open batch.
    func storeLanes() {
        for sink in lanes.indices where lanes[sink].isChanged {
            rowKey.truncate(to: 2)
            rowKey.append(OutboxLane.rowName)
            rowKey.append(lanes[sink].name)
            let row = lanes[sink].takeRow()
            unsafe row.span.withUnsafeBytes { unsafe store.put(.meta, rowKey.bytes, $0) }
        }
    }

    // MARK: Sending

    /// Reads the next rows of sinks that have room for them. They leave when the commit is durable that they are in.
    func sendStored(_ commit: UInt64) -> [OutboundBatch] {
        var batches: [OutboundBatch] = []
        for sink in lanes.indices where lanes[sink].hasRoom(window) && lanes[sink].retryAt <= now {
            do throws(StoreError) {
                if let batch = try readStored(sink, commit) { batches.append(batch) }
            } catch {
                observer.contextMisused(error)
                lanes[sink].retryAt = now + 1000
            }
        }
        return batches
    }

    private func readStored(_ sink: Int, _ commit: UInt64) throws(StoreError) -> OutboundBatch? {
        selectOutbox(lanes[sink].name, lanes[sink].next)
        let lower = unsafe [UInt8](rowKey.bytes)
        let rows = try store.scan(
            .outbox, from: lower, to: ShardStore.end(ofPrefix: [UInt8](lower.dropLast(8))), limit: 4096)
        var outgoing = Outgoing()
        var sequences: [UInt64] = []
        var rowBytes = 0
        for row in rows {
            guard case .emission(let emission) = MessageCodec.decode(row.value) else {
                throw .damaged(directory: "", reason: "shard \(index) has a row of the outbox that cannot be read")
            }
            unsafe emission.key.withOptionalBytes { key in
                unsafe emission.value.withOptionalBytes { value in
                    unsafe outgoing.emit(
                        sink: sink, topic: emission.topic, key: key, value: value, headers: emission.headers)
                }
            }
            sequences.append(emission.sequence)
            rowBytes += row.value.count
            if lanes[sink].lentBytes + outgoing.bytes.count >= window { break }
        }
        guard !sequences.isEmpty else {
            throw .damaged(directory: "", reason: "shard \(index) misses rows of the outbox")
        }
        let batch = makeBatch(for: sink, outgoing, sequences, commit: commit, number: 0)
        lanes[sink].lend(batch, rowBytes: rowBytes)
        return batch
    }

    /// A batch of records that were read back.
    func makeBatch(
        for sink: Int, _ outgoing: Outgoing, _ sequences: [UInt64], commit: UInt64, number: UInt64
    ) -> OutboundBatch {
        let records = zip(outgoing.emissions, sequences).map { emission, sequence in
            OutboundBatch.Record(
                sequence: sequence, topic: emission.topic, start: emission.start, keyCount: emission.keyCount,
                valueCount: emission.valueCount, headers: emission.headers)
        }
        return OutboundBatch(
            shard: index, sink: sink, records: records, topics: outgoing.topics, bytes: outgoing.bytes, commit: commit,
            batchNumber: number, onDelivered: settings.onDelivered)
    }

    /// Learns that a sink has acknowledged a batch.
    func sent(_ batch: OutboundBatch) {
        let sink = batch.sink
        if lanes[sink].deleted(batch) {
            for record in batch.records {
                selectOutbox(lanes[sink].name, record.sequence)
                unsafe store.delete(.outbox, rowKey.bytes)
            }
            return
        }
        for at in undelivered.indices {
            guard let index = undelivered[at].parts.firstIndex(where: { $0 === batch }) else { continue }
            undelivered[at].parts.remove(at: index)
            lanes[sink].directBytes -= batch.byteCount + batch.records.count
            undeliveredBytes -= batch.byteCount + batch.records.count
            break
        }
        settleUndelivered()
    }

    // MARK: Recovery

    /// Reads what earlier runs stored.
    func recoverLanes(_ prefix: [UInt8]) throws(StoreError) {
        let from = prefix + [OutboxLane.rowName]
        for row in try store.scan(.meta, from: from, to: prefix + [OutboxLane.rowName + 1]) {
            let name = String(decoding: row.key[from.count...], as: UTF8.self)
            var lane = OutboxLane(name: name)
            guard unsafe row.value.withUnsafeBytes({ unsafe lane.restore($0) }) else {
                throw .damaged(directory: "", reason: "shard \(index) has figures of an outbox that cannot be read")
            }
            if let sink = settings.sinks.firstIndex(of: name) {
                lanes[sink] = lane
            } else if lane.count > 0 {
                missingSink = name
            }
        }
    }
}
