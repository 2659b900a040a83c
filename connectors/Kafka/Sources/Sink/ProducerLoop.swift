import CKafka
import Millrace
import MillraceEngine
import Synchronization

/// What a Kafka sink does, on its thread: it owns the producer and is the only one to touch it.
///
/// With the idempotent producer, and message time-outs switched off, librdkafka itself sends again what a broker that is
/// away did not take, in order. What it gives back, because the topic is gone or refuses a record, goes to the record's
/// lane and is sent again from there. `enable.gapless.guarantee` makes it stop as a whole where it would otherwise go on
/// behind a record that was refused; then the producer is made anew, and everything that is not acknowledged is sent again.
final class ProducerLoop: ClientLoop {
    private let settings: KafkaClusterSettings
    private let inbox: SinkInbox
    private let log: @Sendable (String) -> Void
    private var client: ClientHandle
    private var writer: MessageWriter
    private var lanes: [String: TopicLane] = [:]
    private var pending = PendingBatches()
    /// Whether librdkafka's queue took no more at the last try.
    private var isFull = false
    /// Why the producer is of no more use.
    private var fatal: String?
    private var fatalCount = 0
    private var nextClient = 0
    /// Why no broker answers.
    private var trouble: String?
    private var nextProbe = 0

    private static let retryMilliseconds = 1000
    private static let requestMilliseconds: Int32 = 2000

    init(_ settings: KafkaClusterSettings, inbox: SinkInbox, log: @escaping @Sendable (String) -> Void)
        throws(KafkaError)
    {
        KafkaLibrary.warnIfOld(log)
        self.settings = settings
        self.inbox = inbox
        self.log = log
        client = try ClientHandle(settings, role: .producer, log: log)
        client.wake(inbox.wakeUp)
        writer = MessageWriter(client)
    }

    func run() {
        var deadline: Int?
        while true {
            let now = ConsumerLoop.now()
            if deadline == nil, let drain = inbox.drainMilliseconds { deadline = now + drain }
            let new = inbox.takeAll()
            for batch in new { accept(batch) }
            if let deadline, pending.isEmpty || now >= deadline { break }
            let served = serveEvents()
            if fatal != nil { renew(now) }
            if trouble != nil, now >= nextProbe { probe(now) }
            let sent = serveLanes(now)
            if new.isEmpty, !served, !sent { inbox.wakeUp.wait(timeoutMilliseconds: isFull ? 10 : 50) }
        }
        inbox.status.withLock { $0 = .stopped }
    }

    // MARK: Sending

    private func accept(_ batch: OutboundBatch) {
        precondition(
            batch.records.count < RecordTag.maxRecords,
            "a batch of \(batch.records.count) records is larger than \(RecordTag.maxRecords)")
        let lanes = batch.topics.map(lane)
        let item = PendingBatch(batch, lanes: lanes)
        let number = pending.append(item)
        unsafe batch.withBytes { bytes in
            for index in batch.records.indices {
                let lane = lanes[batch.records[index].topic]
                let tag = RecordTag(batch: number, record: index)
                if lane.phase == .unknown { look(for: lane) }
                if lane.isFree, !isFull, unsafe send(tag, item, bytes, lane) { continue }
                lane.wait(tag)
            }
        }
    }

    private func lane(_ topic: String) -> TopicLane {
        if let lane = lanes[topic] { return lane }
        let lane = TopicLane(topic: topic)
        lanes[topic] = lane
        return lane
    }

    /// Hands one record to librdkafka. Where that is not possible now, says why in `isFull`, `fatal` or the lane.
    @inline(__always)
    private func send(_ tag: RecordTag, _ item: PendingBatch, _ bytes: UnsafeRawBufferPointer, _ lane: TopicLane)
        -> Bool
    {
        guard let handle = lane.handle else { return false }
        let record = item.batch.records[tag.record]
        let headers = MessageWriter.Headers(capacity: 1 + record.headers.count)
        for header in record.headers { headers.add(name: header.name, value: header.value) }
        unsafe SequenceText.withBytes(shard: item.batch.shard, sequence: record.sequence) {
            unsafe headers.add(name: KafkaSink.sequenceHeader, value: $0)
        }
        let failure = unsafe writer.write(
            to: handle, key: record.key(in: bytes), value: record.value(in: bytes), headers: headers, tag: tag.rawValue)
        guard let failure else {
            lane.underWay += 1
            return true
        }
        switch failure {
        case RD_KAFKA_RESP_ERR__QUEUE_FULL: isFull = true
        case RD_KAFKA_RESP_ERR__FATAL: fatal = fatal ?? ClientHandle.text(failure)
        default: refused(lane, tag, failure)
        }
        return false
    }

    /// Goes on with what waits. Returns whether anything was sent.
    private func serveLanes(_ now: Int) -> Bool {
        var sent = false
        for lane in lanes.values where lane.waitingCount > 0 {
            if case .held(_, let until) = lane.phase {
                guard now >= until, lane.underWay == 0, trouble == nil else { continue }
                lane.requeueFailed()
                look(for: lane)
            } else if lane.phase == .unknown {
                guard trouble == nil else { continue }
                look(for: lane)
            }
            while lane.phase == .open, !isFull, fatal == nil, let tag = lane.next, let item = pending[tag.batch] {
                guard unsafe item.batch.withBytes({ bytes in unsafe send(tag, item, bytes, lane) }) else { break }
                lane.removeNext()
                sent = true
            }
        }
        return sent
    }

    // MARK: Topics

    /// Asks whether the topic exists. Also makes librdkafka know its leaders before the first record comes.
    private func look(for lane: TopicLane) {
        let until = ConsumerLoop.now() + Self.retryMilliseconds
        switch client.metadata(topic: lane.topic, timeoutMilliseconds: Self.requestMilliseconds) {
        case .partitions:
            lane.handle = lane.handle ?? TopicHandle(client, name: lane.topic)
            lane.phase =
                lane.handle == nil ? .held(reason: "'\(lane.topic)' is no name of a topic", until: until) : .open
        case .doesNotExist:
            lane.handle = nil
            lane.phase = .held(
                reason: "topic '\(lane.topic)' does not exist on cluster '\(settings.name)'; create it", until: until)
        case .failed(let reason):
            lane.phase = .held(reason: "topic '\(lane.topic)': \(reason)", until: until)
        }
        tell()
    }

    /// The topic does not take a record: everything for it waits until what is under way has come back.
    private func refused(_ lane: TopicLane, _ tag: RecordTag, _ code: rd_kafka_resp_err_t) {
        lane.refusals += 1
        let pause = min(60_000, Self.retryMilliseconds << min(lane.refusals - 1, 6))
        var reason = "topic '\(lane.topic)' does not take a record"
        if let item = pending[tag.batch] {
            let record = item.batch.records[tag.record]
            reason += " (\(KafkaSink.sequenceHeader) \(item.batch.shard)/\(record.sequence))"
        }
        lane.phase = .held(
            reason: "\(reason): \(ClientHandle.text(code))\(advice(code))", until: ConsumerLoop.now() + pause)
        tell()
    }

    private func advice(_ code: rd_kafka_resp_err_t) -> String {
        switch code {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE: "; raise the topic's max.message.bytes"
        case RD_KAFKA_RESP_ERR_INVALID_RECORD: "; a compacted topic takes no record without a key"
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: "; allow the user to write to it"
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            "; it may have been deleted: create it again"
        default: ""
        }
    }

    // MARK: What comes back

    /// Returns whether there was anything.
    private func serveEvents() -> Bool {
        var any = false
        while unsafe client.nextEvent(
            timeoutMilliseconds: 0,
            { event -> Void in
                any = true
                switch unsafe rd_kafka_event_type(event) {
                case RD_KAFKA_EVENT_DR: unsafe reported(event)
                case RD_KAFKA_EVENT_ERROR: unsafe failed(client.failure(of: event))
                default: break
                }
            }) != nil
        {}
        return any
    }

    /// Reports of one answer come together and mostly belong to one batch, so its count is kept until the batch changes.
    private func reported(_ event: OpaquePointer) {
        isFull = false
        var (number, count, item) = (UInt64(0), 0, PendingBatch?.none)
        unsafe client.forEachReport(in: event) { rawTag, error in
            let tag = RecordTag(rawValue: rawTag)
            if tag.batch != number {
                settle(number, item, count)
                (number, count, item) = (tag.batch, 0, pending[tag.batch])
            }
            guard let item, !item.acknowledged[tag.record] else { return }
            let lane = item.lanes[item.batch.records[tag.record].topic]
            lane.underWay -= 1
            if error == RD_KAFKA_RESP_ERR_NO_ERROR {
                item.acknowledged[tag.record] = true
                lane.refusals = 0
                count += 1
            } else {
                lane.failed.append(tag)
                switch error {
                case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__FATAL: break
                default: if lane.phase == .open || lane.phase == .unknown { refused(lane, tag, error) }
                }
            }
        }
        settle(number, item, count)
    }

    private func settle(_ number: UInt64, _ item: PendingBatch?, _ count: Int) {
        guard let item, count > 0 else { return }
        item.left -= count
        inbox.unacknowledged.subtract(count, ordering: .relaxed)
        if item.left == 0 { pending.remove(number) }
        item.batch.delivered(count)
    }

    private func failed(_ failure: ClientHandle.Failure) {
        if failure.isFatal {
            fatal = "\(failure.text) (\(ClientHandle.name(failure.code)))"
            return
        }
        switch failure.code {
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__TRANSPORT:
            trouble = failure.text
            nextProbe = 0
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
            trouble = trouble ?? failure.text
            nextProbe = 0
        default: log("kafka cluster '\(settings.name)': \(failure.text) (\(ClientHandle.name(failure.code)))")
        }
    }

    /// One lost connection is no trouble if another broker answers.
    private func probe(_ now: Int) {
        nextProbe = now + Self.retryMilliseconds
        if client.isReachable(timeoutMilliseconds: Self.requestMilliseconds / 2) { trouble = nil }
        tell()
    }

    // MARK: A new producer

    /// Throws the producer away, and starts again with everything that is not acknowledged.
    private func renew(_ now: Int) {
        guard now >= nextClient, let reason = fatal else { return }
        log(
            "kafka cluster '\(settings.name)': the producer is made anew, and what is not acknowledged is sent again: "
                + settings.redacted(reason))
        client.purge()
        let deadline = now + Int(Self.requestMilliseconds)
        while lanes.values.contains(where: { $0.underWay > 0 }), ConsumerLoop.now() < deadline {
            if !serveEvents() { inbox.wakeUp.wait(timeoutMilliseconds: 10) }
        }
        for lane in lanes.values {
            lane.clear()
            if lane.phase == .open { lane.phase = .unknown }
        }
        do throws(KafkaError) {
            client = try ClientHandle(settings, role: .producer, log: log)
        } catch {
            log(error.description)
            nextClient = now + Self.retryMilliseconds
            return requeueAll()
        }
        client.wake(inbox.wakeUp)
        writer = MessageWriter(client)
        fatal = nil
        isFull = false
        // After a quiet minute it counts from the start.
        fatalCount = now - nextClient > 60_000 ? 1 : fatalCount + 1
        nextClient = ConsumerLoop.now() + min(30_000, 250 << min(fatalCount, 7))
        requeueAll()
    }

    private func requeueAll() {
        pending.forEach { number, item in
            for index in item.batch.records.indices where !item.acknowledged[index] {
                item.lanes[item.batch.records[index].topic].wait(RecordTag(batch: number, record: index))
            }
        }
    }

    // MARK: Telling

    private func tell() {
        var reasons: [String] = []
        if let trouble {
            reasons.append("cannot reach kafka cluster '\(settings.name)': \(settings.redacted(trouble))")
        } else {
            for lane in lanes.values {
                if case .held(let reason, _) = lane.phase { reasons.append(settings.redacted(reason)) }
            }
        }
        let new: KafkaSink.Status = reasons.isEmpty ? .running : .waiting(reasons: reasons.sorted())
        let hasChanged = inbox.status.withLock { status in
            defer { status = new }
            return status != new
        }
        guard hasChanged else { return }
        switch new {
        case .waiting(let reasons):
            log(
                "nothing can be sent for now: \(reasons.joined(separator: "; ")); what is emitted waits, and leaves as soon as it can"
            )
        case .running, .stopped: log("kafka cluster '\(settings.name)': records can be sent again")
        }
    }
}
