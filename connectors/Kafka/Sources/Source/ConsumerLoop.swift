import CKafka
import Glibc
import MillraceEngine

/// What a Kafka source does, on its thread: it owns the consumer and is the only one to touch it.
final class ConsumerLoop: ClientLoop {
    let client: ClientHandle
    let readers: [TopicReader]
    let cadence: KafkaSource.Cadence
    private let stopping: StopRequest
    private var nextReport = 0
    private var lastRead = 0
    private var nextNudge = 0
    /// What keeps the whole cluster from being read, or `nil`.
    var trouble: String?
    private var nextProbe = 0
    private var commitTrouble: String?
    private var commitsUnderWay = 0

    init(
        _ settings: KafkaClusterSettings, topics: [(topic: String, intake: Intake)], cadence: KafkaSource.Cadence,
        stopping: StopRequest, log: @escaping @Sendable (String) -> Void
    ) throws(KafkaError) {
        KafkaLibrary.warnIfOld(log)
        let client = try ClientHandle(settings, role: .consumer(topics: topics.count), log: log)
        client.wake(stopping.wakeUp)
        self.client = client
        readers = topics.map {
            TopicReader(topic: $0.topic, intake: $0.intake, queue: RecordQueue(client, waking: stopping.wakeUp))
        }
        self.cadence = cadence
        self.stopping = stopping
    }

    func run() {
        while !stopping.isRequested {
            let now = Self.now()
            serveEvents()
            if trouble != nil, now >= nextProbe { probe(now) }
            for reader in readers where trouble == nil && now >= reader.nextDiscovery { discover(reader, now) }
            if now >= nextReport {
                nextReport = now + cadence.reportMilliseconds
                report()
            }
            wait(after: readAll(now))
        }
        finish()
    }

    /// Milliseconds of a clock that only goes forward.
    static func now() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    // MARK: Reading

    private struct Reading {
        var count = 0
        /// An intake that takes nothing while there is something for it.
        var saturated: TopicReader?
    }

    /// Reads each topic once, as far as its intake takes it.
    private func readAll(_ now: Int) -> Reading {
        var reading = Reading()
        for reader in readers {
            if reader.intake.isSaturated {
                saturated(reader, now)
                reading.saturated = reader
                continue
            }
            if reader.saturatedSince != nil { relieved(reader) }
            let count = reader.read()
            reading.count += count
            if !reader.failures.isEmpty { handleFailures(of: reader) }
            if count > 0 { keepFetching(reader, now) }
        }
        return reading
    }

    private func wait(after reading: Reading) {
        if reading.count >= RecordQueue.readRecords / 4 {
            lastRead = Self.now()
            return
        }
        if reading.count > 0 {
            // A little later there is more to be read at once, which costs everybody less; whoever comes after a pause
            // is read without delay.
            let now = Self.now()
            if now - lastRead < 2 { usleep(1000) }
            lastRead = now
            return
        }
        guard let saturated = reading.saturated else {
            return stopping.wakeUp.wait(timeoutMilliseconds: 100)
        }
        if readers.count == 1 {
            _ = saturated.intake.waitUntilReady(timeoutMilliseconds: 20)
        } else {
            stopping.wakeUp.wait(timeoutMilliseconds: 5)
        }
    }

    /// Not reading is all it takes at first: the topic's queue fills up, and nothing more is fetched. After a while what
    /// was fetched is dropped, because it may be many megabytes.
    private func saturated(_ reader: TopicReader, _ now: Int) {
        let since = reader.saturatedSince ?? now
        reader.saturatedSince = since
        reader.mayBeFull = true
        guard !reader.isPaused, now - since >= cadence.pauseAfterMilliseconds else { return }
        reader.isPaused = true
        reader.intake.report(.paused(reason: reader.intake.saturationReason))
        let list = PartitionList()
        for index in reader.partitions.indices where reader.partitions[index].phase == .reading {
            reader.partitions[index].phase = .paused
            list.add(topic: reader.topic, partition: reader.partitions[index].id)
        }
        if list.count > 0 { client.pause(list) }
        // Takes what is left out of the queue; paused partitions deliver nothing.
        while reader.read() > 0 {}
    }

    private func relieved(_ reader: TopicReader) {
        reader.saturatedSince = nil
        guard reader.isPaused else { return }
        reader.isPaused = false
        let list = PartitionList()
        for index in reader.partitions.indices where reader.partitions[index].phase == .paused {
            reader.partitions[index].phase = .reading
            list.add(topic: reader.topic, partition: reader.partitions[index].id, offset: reader.partitions[index].next)
        }
        if list.count > 0 {
            do throws(KafkaError) { try client.resume(list) } catch { return fail(reader, error) }
        }
        reader.intake.report(.running(from: reader.lowestNext))
    }

    /// Wakes the thread that fetches when a queue that was full has room again.
    ///
    /// Before librdkafka 2.2 that thread looks once a second only, which lets a fast reader run dry. A request to the
    /// broker wakes it; the answer is of no interest.
    private func keepFetching(_ reader: TopicReader, _ now: Int) {
        guard reader.mayBeFull, KafkaLibrary.version < 0x0202_0000, now >= nextNudge,
            reader.queue.count < RecordQueue.prefetchRecords / 2
        else { return }
        reader.mayBeFull = false
        nextNudge = now + 20
        var leaders: Set<Int32> = []
        for partition in reader.partitions
        where partition.phase == .reading && leaders.insert(partition.leader).inserted {
            _ = client.watermarks(topic: reader.topic, partition: partition.id, timeoutMilliseconds: 3)
        }
    }

    // MARK: Reporting

    private func report() {
        for reader in readers {
            stopWhereAsked(reader)
            tellProgress(reader)
            tellLogEnds(reader)
            // A partition that was stopped a moment before it was assigned again loses its way to the queue.
            for partition in reader.partitions where partition.phase == .reading && !partition.hasArrived {
                reader.queue.collectAgain(topic: reader.topic, partition: partition.id)
            }
        }
        commit()
    }

    private func stopWhereAsked(_ reader: TopicReader) {
        for request in reader.intake.stopRequests() {
            guard let index = reader.partitions.firstIndex(where: { $0.slot == request.slot }),
                reader.partitions[index].phase != .stopped
            else { continue }
            stop(reader, index, reason: request.reason)
        }
    }

    private func tellProgress(_ reader: TopicReader) {
        var advances: [(slot: Int, next: Int64)] = []
        for index in reader.partitions.indices
        where reader.partitions[index].hasArrived && reader.partitions[index].next != reader.partitions[index].toldNext
        {
            reader.partitions[index].toldNext = reader.partitions[index].next
            advances.append((reader.partitions[index].slot, reader.partitions[index].next))
        }
        reader.intake.deliverProgress(advances)
    }

    private func tellLogEnds(_ reader: TopicReader) {
        var asked = 0
        for index in reader.partitions.indices {
            let partition = reader.partitions[index]
            var end: Int64?
            switch partition.phase {
            case .reading: end = client.lastKnownEnd(topic: reader.topic, partition: partition.id)
            case .paused, .stopped:
                // Nothing is fetched, so the broker has to be asked: one partition at a time, in turn.
                guard trouble == nil, asked == 0, index >= reader.nextLogEndQuery else { continue }
                asked += 1
                reader.nextLogEndQuery = index + 1
                end = try? client.watermarks(topic: reader.topic, partition: partition.id, timeoutMilliseconds: 500)
                    .get().high
            case .opening: continue
            }
            guard let end, end != partition.logEnd else { continue }
            reader.partitions[index].logEnd = end
            reader.intake.reportLogEnd(end, slot: partition.slot)
        }
        if asked == 0 { reader.nextLogEndQuery = 0 }
    }

    /// Commits to the group what is durable, so that the tools of Kafka show the lag. Nothing depends on it.
    private func commit() {
        guard commitsUnderWay == 0, trouble == nil else { return }
        let list = PartitionList()
        for reader in readers {
            let durable = reader.intake.durablePositions()
            for index in reader.partitions.indices where reader.partitions[index].slot < durable.count {
                let position = durable[reader.partitions[index].slot]
                guard position >= 0, position != reader.partitions[index].committed else { continue }
                reader.partitions[index].committed = position
                list.add(topic: reader.topic, partition: reader.partitions[index].id, offset: position)
            }
        }
        guard list.count > 0 else { return }
        if client.commit(list) == RD_KAFKA_RESP_ERR_NO_ERROR { commitsUnderWay += 1 }
    }

    private func committed(_ event: OpaquePointer) {
        commitsUnderWay = max(0, commitsUnderWay - 1)
        let code = unsafe rd_kafka_event_error(event)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else {
            commitTrouble = nil
            return
        }
        let text = ClientHandle.text(code)
        guard text != commitTrouble else { return }
        commitTrouble = text
        client.callbacks.log(
            "offsets were not committed to group '\(client.settings.groupID)': \(text); only tools that show the group's lag "
                + "are affected")
    }

    /// The last words: where the partitions have been read up to, and the offsets for the group.
    private func finish() {
        for reader in readers { tellProgress(reader) }
        guard trouble == nil else { return }
        // What is durable is known one call later.
        for reader in readers { _ = reader.intake.durablePositions() }
        commit()
        let deadline = Self.now() + cadence.requestMilliseconds
        while commitsUnderWay > 0, Self.now() < deadline {
            serveEvents()
            if commitsUnderWay > 0 { stopping.wakeUp.wait(timeoutMilliseconds: 20) }
        }
    }

    // MARK: The cluster as a whole

    private func serveEvents() {
        while unsafe client.nextEvent(
            timeoutMilliseconds: 0,
            { event -> Void in
                switch unsafe rd_kafka_event_type(event) {
                case RD_KAFKA_EVENT_OFFSET_COMMIT: unsafe committed(event)
                case RD_KAFKA_EVENT_ERROR: unsafe clusterFailed(client.failure(of: event))
                default: break
                }
            }) != nil
        {}
    }

    private func clusterFailed(_ failure: ClientHandle.Failure) {
        switch failure.code {
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__FATAL:
            let isGeneral = failure.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN
            // One lost connection is no trouble if the next request finds a broker.
            nextProbe = Self.now()
            troubled(isGeneral ? trouble ?? failure.text : failure.text)
        default: client.callbacks.log("\(failure.text) (\(ClientHandle.name(failure.code)))")
        }
    }

    private func troubled(_ reason: String) { if trouble == nil || !reason.isEmpty { trouble = reason } }

    /// Asks for the topics again; as soon as a broker answers, reading goes on.
    private func probe(_ now: Int) {
        guard let reason = trouble else { return }
        nextProbe = now + cadence.retryMilliseconds
        guard let first = readers.first else { return }
        switch client.metadata(topic: first.topic, timeoutMilliseconds: Int32(cadence.requestMilliseconds / 2)) {
        case .failed:
            let text = "cannot reach kafka cluster '\(client.settings.name)': \(trouble ?? reason)"
            for reader in readers { reader.intake.report(.retrying(reason: text)) }
        case .partitions, .doesNotExist:
            trouble = nil
            for reader in readers {
                reader.nextDiscovery = 0
                if !reader.partitions.isEmpty { reader.intake.report(.running(from: reader.lowestNext)) }
            }
        }
    }

    func fail(_ reader: TopicReader, _ error: KafkaError) {
        reader.intake.report(.retrying(reason: error.description))
        reader.nextDiscovery = Self.now() + cadence.retryMilliseconds
    }
}
