import MillraceEngine

/// Reads the simulated log for one subscription, as a source does: from the stored offset on, in batches of any size over
/// any partitions, at times the same records again, and past a start of the log that has moved.
final class SimulatedSource {
    private struct Reading {
        let place: SimulatedLog.Place
        var slot: Int?
        var position: Int64 = 0
        var isStopped = false
    }

    private let topic: Workload.Topic
    private let intake: Intake
    private unowned let environment: SimulatedEnvironment
    private var readings: [Reading]

    init(_ topic: Workload.Topic, _ intake: Intake, _ environment: SimulatedEnvironment) {
        self.topic = topic
        self.intake = intake
        self.environment = environment
        readings = (0..<topic.partitions).map { Reading(place: SimulatedLog.Place(topic: topic.name, partition: $0)) }
    }

    private var log: SimulatedLog { environment.log }

    /// Whether there is anything that it has not delivered yet.
    var isAtEnd: Bool {
        readings.allSatisfy { $0.isStopped || ($0.slot != nil && $0.position >= log.end($0.place)) }
    }

    /// Where a partition stopped by its poison policy, if it did.
    var stoppedAt: [SimulatedLog.Place: Int64] {
        var stopped: [SimulatedLog.Place: Int64] = [:]
        for reading in readings where reading.isStopped { stopped[reading.place] = reading.position }
        return stopped
    }

    /// Fetches and delivers. Returns whether it did anything.
    func fetch(_ random: inout SimulationRandom, all: Bool) -> Bool {
        for (slot, reason) in intake.stopRequests() {
            for at in readings.indices where readings[at].slot == slot && !readings[at].isStopped {
                readings[at].isStopped = true
                environment.trace("source \(readings[at].place) stops: \(reason)")
            }
        }
        guard !intake.isSaturated else { return false }
        let batch = intake.makeBatch()
        var did = false
        var order = Array(readings.indices)
        order.shuffle(using: &random)
        if !all { order = Array(order.prefix(random.within(1...2))) }
        for at in order where !readings[at].isStopped {
            guard let slot = open(at) else { continue }
            let place = readings[at].place
            if readings[at].position < log.start(place) {
                environment.trace("source \(place) finds \(readings[at].position) gone, goes to \(log.start(place))")
                intake.skip(slot: slot, from: readings[at].position, to: log.start(place))
                readings[at].position = log.start(place)
                did = true
            }
            var from = readings[at].position
            if !all, random.chance(15) { from = max(log.start(place), from - Int64(random.within(1...10))) }
            let (records, next) = log.fetch(place, from: from, offsets: all ? 8 : random.within(1...10))
            guard next > from else { continue }
            did = true
            for record in records {
                unsafe Array(record.key.utf8).withUnsafeBytes { key in
                    unsafe Array("\(record.id) \(record.key)".utf8).withUnsafeBytes { value in
                        unsafe batch.append(
                            slot: slot, offset: record.offset, timestamp: environment.now, key: key, value: value)
                    }
                }
                batch.finishRecord()
            }
            batch.advance(slot: slot, next: next)
            environment.trace("source \(place) delivers \(from)..<\(next): \(records.map { "\($0.id)(\($0.key))" })")
            readings[at].position = max(readings[at].position, next)
        }
        if did { intake.deliver(batch) }
        return did
    }

    private func open(_ at: Int) -> Int? {
        if let slot = readings[at].slot { return slot }
        let place = readings[at].place
        let (slot, position) = intake.open(topic: place.topic, partition: Int32(place.partition))
        switch position {
        case .stored(let offset): readings[at].position = offset
        case .start:
            readings[at].position = log.start(place)
            intake.begin(slot: slot, at: log.start(place))
        }
        environment.trace("source \(place) opens at \(position)")
        if readings[at].position < environment.groupOffsets[place] ?? 0 {
            environment.violate(
                "\(place): the group's offset was committed at \(environment.groupOffsets[place] ?? 0), and \(position) is what is stored"
            )
        }
        readings[at].slot = slot
        return slot
    }

    /// Lets the shards know how far it has read.
    func progress() {
        intake.deliverProgress(
            readings.compactMap { reading in reading.slot.map { (slot: $0, next: reading.position) } })
    }

    /// Commits what is durable to the consumer group.
    func commitOffsets() {
        let positions = intake.durablePositions()
        for reading in readings {
            guard let slot = reading.slot, slot < positions.count, positions[slot] >= 0 else { continue }
            environment.groupOffsets[reading.place] = positions[slot]
        }
    }
}
