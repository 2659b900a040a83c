import MillraceEngine

/// A sink that writes to the output log and acknowledges, both when it is told to: shards in any order, each shard's
/// records in theirs.
///
/// Used by the one thread of a simulation; that makes `@unchecked Sendable` true.
final class SimulatedSink: RecordSink, @unchecked Sendable {
    private struct Sending {
        let batch: OutboundBatch
        var written = 0
        var acknowledged = 0
    }

    let maxRecordBytes = 1 << 20
    private unowned let environment: SimulatedEnvironment
    private var queues: [Int: [Sending]] = [:]
    private var lastSequence: [Int: UInt64] = [:]

    init(_ environment: SimulatedEnvironment) { self.environment = environment }

    func start() {}
    func stop(drainMilliseconds: Int) {}

    func send(_ batch: OutboundBatch) {
        for record in batch.records {
            if record.sequence <= lastSequence[batch.shard] ?? 0 {
                environment.violate(
                    "shard \(batch.shard) sends \(record.sequence) after \(lastSequence[batch.shard] ?? 0)")
            }
            lastSequence[batch.shard] = record.sequence
        }
        environment.trace(
            "sink gets batch \(batch.batchNumber) of shard \(batch.shard): \(batch.records.map(\.sequence))")
        queues[batch.shard, default: []].append(Sending(batch: batch))
    }

    var isEmpty: Bool { queues.isEmpty }

    /// Writes some records of one shard, or all there are. Returns whether there was any.
    func write(_ random: inout SimulationRandom, all: Bool) -> Bool {
        let shards = queues.keys.sorted().filter {
            queues[$0]?.contains { $0.written < $0.batch.records.count } ?? false
        }
        guard !shards.isEmpty else { return false }
        for shard in all ? shards : [random.pick(shards)] {
            var left = all ? .max : random.within(1...5)
            for at in queues[shard]?.indices ?? 0..<0 {
                while left > 0, let sending = queues[shard]?[at], sending.written < sending.batch.records.count {
                    write(sending.batch, sending.written)
                    queues[shard]?[at].written += 1
                    left -= 1
                }
            }
        }
        return true
    }

    private func write(_ batch: OutboundBatch, _ at: Int) {
        let record = batch.records[at]
        let written = unsafe batch.withBytes { bytes in
            unsafe OutputLog.Record(
                topic: batch.topics[record.topic],
                key: record.key(in: bytes).map { unsafe String(decoding: $0, as: UTF8.self) },
                value: unsafe record.value(in: bytes).map { unsafe String(decoding: $0, as: UTF8.self) },
                headers: record.headers)
        }
        environment.trace("sink writes \(batch.shard)/\(record.sequence): \(written.value ?? "-")")
        if let known = environment.output.write(written, shard: batch.shard, sequence: record.sequence) {
            environment.violate("\(batch.shard)/\(record.sequence) was sent as \(known), and now as \(written)")
        }
    }

    /// Acknowledges some of what was written of one shard, or all of it. Returns whether there was any.
    func acknowledge(_ random: inout SimulationRandom, all: Bool) -> Bool {
        let shards = queues.keys.sorted().filter { queues[$0]?.contains { $0.acknowledged < $0.written } ?? false }
        guard !shards.isEmpty else { return false }
        for shard in all ? shards : [random.pick(shards)] {
            var left = all ? .max : random.within(1...5)
            // Acknowledgements of one shard's batches may overtake each other.
            var order = Array((queues[shard] ?? []).indices)
            if !all { order.shuffle(using: &random) }
            for at in order {
                guard let sending = queues[shard]?[at] else { continue }
                let count = min(left, sending.written - sending.acknowledged)
                guard count > 0 else { continue }
                left -= count
                queues[shard]?[at].acknowledged += count
                sending.batch.delivered(count)
            }
            queues[shard]?.removeAll { $0.acknowledged == $0.batch.records.count }
            if queues[shard]?.isEmpty ?? false { queues[shard] = nil }
        }
        return true
    }
}
