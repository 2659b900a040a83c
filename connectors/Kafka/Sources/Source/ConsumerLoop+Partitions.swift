import CKafka
import MillraceEngine

/// How partitions are found, begun, stopped, and begun again.
extension ConsumerLoop {
    // MARK: Topics

    /// Asks for the topic's partitions, opens new ones, and goes on with those that wait for something.
    func discover(_ reader: TopicReader, _ now: Int) {
        reader.nextDiscovery = now + cadence.retryMilliseconds
        switch client.metadata(topic: reader.topic, timeoutMilliseconds: Int32(cadence.requestMilliseconds)) {
        case .failed(let reason):
            reader.intake.report(
                .retrying(reason: "cannot ask for the partitions of topic '\(reader.topic)': \(reason)"))
        case .doesNotExist: absent(reader)
        case .partitions(let found):
            reader.absences = 0
            for partition in found.sorted(by: { $0.id < $1.id }) { update(reader, partition) }
            for index in reader.partitions.indices
            where !found.contains(where: { $0.id == reader.partitions[index].id }) {
                trouble(reader, index, "the topic '\(reader.topic)' no longer has this partition")
            }
            if openAll(reader) {
                reader.nextDiscovery = now + cadence.metadataMilliseconds
                if !reader.isPaused { reader.intake.report(.running(from: reader.lowestNext)) }
            }
        }
    }

    private func absent(_ reader: TopicReader) {
        reader.absences += 1
        if reader.partitions.isEmpty {
            let advice = "it is read as soon as it is created"
            return reader.intake.report(.retrying(reason: "topic '\(reader.topic)' does not exist; \(advice)"))
        }
        // One such answer may come from a broker that has just started.
        guard reader.absences >= 2 else { return }
        for index in reader.partitions.indices where reader.partitions[index].phase != .stopped {
            let partition = reader.partitions[index]
            reader.partitions[index].wasAway = true
            guard partition.phase == .reading || partition.phase == .paused else { continue }
            // It stays assigned: librdkafka goes on with what it knows of it when the topic is there again.
            client.pause(PartitionList(topic: reader.topic, partition: partition.id))
            reader.partitions[index].phase = .opening(.stored(partition.next))
        }
        reader.intake.report(
            .retrying(
                reason:
                    "topic '\(reader.topic)' no longer exists; if it is created again, what to do with the stored offsets "
                    + "is decided by onMissingOffset"))
    }

    private func update(_ reader: TopicReader, _ found: (id: Int32, leader: Int32, error: String?)) {
        let index = Int(found.id)
        // Partition numbers have no gaps; a partition that is missing from the answer keeps the later ones waiting.
        guard index <= reader.partitions.count else { return }
        if index == reader.partitions.count {
            let (slot, position) = reader.intake.open(topic: reader.topic, partition: found.id)
            reader.partitions.append(
                PartitionReader(id: found.id, slot: slot, phase: .opening(position), next: -1, leader: found.leader))
        }
        reader.partitions[index].leader = found.leader
        if let error = found.error {
            trouble(reader, index, "the partition has no leader: \(error)")
        } else if reader.partitions[index].phase == .reading, reader.partitions[index].trouble != nil {
            reader.partitions[index].trouble = nil
            reader.intake.report(.running(from: reader.partitions[index].next), slot: reader.partitions[index].slot)
        }
    }

    private func trouble(_ reader: TopicReader, _ index: Int, _ reason: String) {
        guard reader.partitions[index].phase != .stopped else { return }
        reader.partitions[index].trouble = reason
        reader.intake.report(.retrying(reason: reason), slot: reader.partitions[index].slot)
    }

    // MARK: Opening

    /// Finds for every partition that waits where it goes on, and begins to read it. Returns whether none waits any more.
    private func openAll(_ reader: TopicReader) -> Bool {
        var isComplete = true
        for index in reader.partitions.indices {
            guard case .opening(let position) = reader.partitions[index].phase else { continue }
            do throws(KafkaError) {
                if try !open(reader, index, position) { isComplete = false }
            } catch {
                // The next one would wait as long.
                trouble(reader, index, error.description)
                return false
            }
        }
        return isComplete
    }

    /// Returns whether the partition is being read, or stands still for good.
    private func open(_ reader: TopicReader, _ index: Int, _ position: Intake.Position) throws(KafkaError) -> Bool {
        let partition = reader.partitions[index]
        let timeout = Int32(cadence.requestMilliseconds)
        let (low, high) = try client.watermarks(
            topic: reader.topic, partition: partition.id, timeoutMilliseconds: timeout
        ).get()
        reader.partitions[index].logEnd = high
        reader.intake.reportLogEnd(high, slot: partition.slot)
        let wanted: Int64
        var isStored = false
        switch position {
        case .stored(let offset): (wanted, isStored) = (offset, true)
        case .start(.earliest): wanted = low
        case .start(.latest): wanted = high
        case .start(.offset(let offset)): wanted = offset
        case .start(.timestamp(let time)):
            wanted =
                try client.offset(
                    topic: reader.topic, partition: partition.id, timestamp: time, timeoutMilliseconds: timeout
                ).get() ?? high
        }
        let place = "topic '\(reader.topic)' partition \(partition.id)"
        let decision = MissingOffset.decide(
            wanted: wanted, isStored: isStored, low: low, high: high,
            lastEnd: partition.wasAway && partition.logEnd >= 0 ? partition.logEnd : nil,
            policy: reader.intake.subscription.onMissingOffset, place: place)
        if decision != .present, isStored, wanted >= low, partition.shorterCount < 2 {
            // A leader that was just elected may not know the log's end yet: look again.
            reader.partitions[index].shorterCount += 1
            reader.partitions[index].logEnd = max(partition.logEnd, high)
            trouble(
                reader, index, "\(place): the log ends at \(high), before the stored offset \(wanted); looking again")
            return false
        }
        reader.partitions[index].shorterCount = 0
        let begin: Int64
        switch decision {
        case .stop(let reason):
            stop(reader, index, reason: reason)
            return true
        case .present: begin = wanted
        case .skip(let offset): begin = offset
        }
        if !isStored {
            reader.intake.begin(slot: partition.slot, at: begin)
        } else if decision != .present {
            client.callbacks.log("\(place): goes on at \(begin) instead of \(wanted), as onMissingOffset says")
            reader.intake.skip(slot: partition.slot, from: wanted, to: begin)
        }
        try assign(reader, index, at: begin)
        return true
    }

    private func assign(_ reader: TopicReader, _ index: Int, at offset: Int64) throws(KafkaError) {
        let partition = reader.partitions[index]
        reader.partitions[index].next = offset
        reader.partitions[index].wasAway = false
        reader.partitions[index].hasArrived = false
        reader.partitions[index].trouble = nil
        let place = PartitionList(topic: reader.topic, partition: partition.id, offset: offset)
        if partition.isAssigned {
            try client.resume(place)
        } else {
            reader.queue.collect(topic: reader.topic, partition: partition.id)
            try client.assign(place)
            reader.partitions[index].isAssigned = true
        }
        reader.partitions[index].phase = .reading
        reader.intake.report(.running(from: offset), slot: partition.slot)
    }

    // MARK: Stopping

    /// Ends reading a partition for this run.
    func stop(_ reader: TopicReader, _ index: Int, reason: String) {
        unassign(reader, index)
        reader.partitions[index].phase = .stopped
        reader.intake.report(.stopped(reason: reason), slot: reader.partitions[index].slot)
    }

    /// Ends reading a partition, and finds out again where it goes on.
    private func reopen(_ reader: TopicReader, _ index: Int) {
        guard reader.partitions[index].phase == .reading || reader.partitions[index].phase == .paused else { return }
        unassign(reader, index)
        reader.partitions[index].phase = .opening(.stored(reader.partitions[index].next))
        reader.nextDiscovery = 0
    }

    private func unassign(_ reader: TopicReader, _ index: Int) {
        guard reader.partitions[index].isAssigned else { return }
        reader.partitions[index].isAssigned = false
        do throws(KafkaError) {
            try client.unassign(PartitionList(topic: reader.topic, partition: reader.partitions[index].id))
        } catch {
            client.callbacks.log(error.description)
        }
    }

    // MARK: Errors of partitions

    func handleFailures(of reader: TopicReader) {
        for failure in reader.failures {
            let index = Int(failure.partition)
            guard index >= 0, index < reader.partitions.count else {
                reader.nextDiscovery = 0
                continue
            }
            switch failure.code {
            case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
                reopen(reader, index)
            case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
                reader.nextDiscovery = min(reader.nextDiscovery, Self.now() + cadence.retryMilliseconds / 4)
            case RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
                // librdkafka would go on behind it.
                stop(
                    reader, index,
                    reason:
                        "topic '\(reader.topic)' partition \(failure.partition): records from offset \(failure.offset) on "
                        + "are damaged: \(client.settings.redacted(failure.text))")
            default:
                trouble(reader, index, client.settings.redacted(failure.text))
                reader.nextDiscovery = min(reader.nextDiscovery, Self.now() + cadence.retryMilliseconds)
            }
        }
    }
}
