import CKafka
package import MillraceEngine

/// Writes records to topics and reads them back, outside of any engine: for examples, tests and benchmarks.
///
/// Every call makes a client of its own and blocks the calling thread.
package struct KafkaProbe: Sendable {
    /// A record to be written.
    package struct Record: Sendable {
        package var key: [UInt8]?
        package var value: [UInt8]?
        package var headers: [(name: String, value: [UInt8]?)]
        /// `nil` lets the partitioner choose by key.
        package var partition: Int32?
        /// Milliseconds since 1970; `nil` means now.
        package var timestamp: Int64?

        package init(
            key: [UInt8]?, value: [UInt8]?, headers: [(name: String, value: [UInt8]?)] = [], partition: Int32? = nil,
            timestamp: Int64? = nil
        ) {
            self.key = key
            self.value = value
            self.headers = headers
            self.partition = partition
            self.timestamp = timestamp
        }

        package init(key: String, value: String, partition: Int32? = nil) {
            self.init(key: Array(key.utf8), value: Array(value.utf8), partition: partition)
        }
    }

    /// A record that was read.
    package struct Received: Sendable {
        package let partition: Int32
        package let offset: Int64
        package let timestamp: Int64?
        package let key: [UInt8]?
        package let value: [UInt8]?
        package let headers: [(name: String, value: [UInt8]?)]

        /// The value of the last header of that name.
        package func header(_ name: String) -> String? {
            headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private let settings: KafkaClusterSettings
    private let log: @Sendable (String) -> Void

    package init(_ settings: KafkaClusterSettings, log: @escaping @Sendable (String) -> Void = { _ in }) {
        self.settings = settings
        self.log = log
    }

    // MARK: Writing

    /// Writes records, in order for each partition, and returns when all are acknowledged.
    package func produce(
        _ records: some Sequence<Record>, to topic: String, timeoutMilliseconds: Int = 30_000
    ) throws(KafkaError) {
        let client = try ClientHandle(settings, role: .producer, log: log)
        let request = "writing to topic '\(topic)'"
        let deadline = ConsumerLoop.now() + timeoutMilliseconds
        // An unknown topic would be tried without end. One that was created a moment ago may not be known yet.
        let patience = ConsumerLoop.now() + min(5000, timeoutMilliseconds)
        let wakeUp = try WakeUp()
        search: while true {
            switch client.metadata(topic: topic, timeoutMilliseconds: Int32(timeoutMilliseconds)) {
            case .partitions: break search
            case .doesNotExist where ConsumerLoop.now() < patience: wakeUp.wait(timeoutMilliseconds: 50)
            case .doesNotExist: throw client.error(request, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            case .failed where ConsumerLoop.now() < patience: wakeUp.wait(timeoutMilliseconds: 50)
            case .failed(let reason): throw client.error(request, RD_KAFKA_RESP_ERR__TIMED_OUT, reason)
            }
        }
        guard let handle = TopicHandle(client, name: topic) else {
            throw client.error(request, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
        }
        let writer = MessageWriter(client)
        var (written, acknowledged) = (0, 0)
        for record in records {
            while let failure = write(record, handle, writer) {
                guard failure == RD_KAFKA_RESP_ERR__QUEUE_FULL, ConsumerLoop.now() < deadline else {
                    throw client.error(request, failure)
                }
                acknowledged += try reports(client, request, timeoutMilliseconds: 10)
            }
            written += 1
        }
        while acknowledged < written {
            guard ConsumerLoop.now() < deadline else {
                throw client.error(
                    request, RD_KAFKA_RESP_ERR__TIMED_OUT,
                    "\(acknowledged) of \(written) records were acknowledged in time")
            }
            acknowledged += try reports(client, request, timeoutMilliseconds: 10)
        }
    }

    private func write(_ record: Record, _ handle: TopicHandle, _ writer: MessageWriter) -> rd_kafka_resp_err_t? {
        return unsafe Self.withBytes(record.key) { key in
            unsafe Self.withBytes(record.value) { value in
                let headers = MessageWriter.Headers(capacity: record.headers.count)
                for header in record.headers { headers.add(name: header.name, value: header.value) }
                return unsafe writer.write(
                    to: handle, key: key, value: value, headers: headers, tag: 1, partition: record.partition,
                    timestamp: record.timestamp)
            }
        }
    }

    private static func withBytes<R>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> R) -> R {
        guard let bytes else { return body(nil) }
        return unsafe bytes.withUnsafeBytes { unsafe body($0) }
    }

    private func reports(_ client: ClientHandle, _ request: String, timeoutMilliseconds: Int32) throws(KafkaError)
        -> Int
    {
        var (count, failure) = (0, KafkaError?.none)
        unsafe client.nextEvent(timeoutMilliseconds: timeoutMilliseconds) { event -> Void in
            switch unsafe rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_DR:
                unsafe client.forEachReport(in: event) { _, error in
                    count += 1
                    if error != RD_KAFKA_RESP_ERR_NO_ERROR { failure = client.error(request, error) }
                }
            default: break
            }
        }
        if let failure { throw failure }
        return count
    }

    // MARK: Reading

    /// Reads a topic from its beginning until there are `count` records; returns what there is when the time is over.
    package func consume(
        _ topic: String, atLeast count: Int, timeoutMilliseconds: Int = 10_000
    ) throws(KafkaError) -> [Received] {
        var received: [Received] = []
        guard count > 0 else { return [] }
        try follow(topic, from: .earliest, timeoutMilliseconds: timeoutMilliseconds) { record in
            received.append(record)
            return received.count < count
        }
        return received
    }

    /// Reads a topic, from its beginning or its end, until `visit` or `isWanted` returns false, or the time is over.
    ///
    /// - Parameter isWanted: asked some fifty times a second, whether or not there are records.
    package func follow(
        _ topic: String, from start: StartPosition, timeoutMilliseconds: Int, while isWanted: () -> Bool = { true },
        _ visit: (Received) -> Bool
    ) throws(KafkaError) {
        let client = try ClientHandle(settings, role: .consumer(topics: 1), log: log)
        let deadline = ConsumerLoop.now() + timeoutMilliseconds
        let wakeUp = try WakeUp()
        let queue = RecordQueue(client, waking: wakeUp)
        let list = PartitionList()
        var partitions: [Int32] = []
        while partitions.isEmpty, isWanted(), ConsumerLoop.now() < deadline {
            if case .partitions(let found) = client.metadata(topic: topic, timeoutMilliseconds: 1000) {
                partitions = found.map(\.id)
            } else {
                wakeUp.wait(timeoutMilliseconds: 20)
            }
        }
        for partition in partitions {
            let (low, high) = try client.watermarks(topic: topic, partition: partition, timeoutMilliseconds: 5000).get()
            queue.collect(topic: topic, partition: partition)
            list.add(topic: topic, partition: partition, offset: start == .latest ? high : low)
        }
        if list.count > 0 { try client.assign(list) }
        var goesOn = true
        while goesOn, isWanted(), ConsumerLoop.now() < deadline {
            let count = unsafe queue.read { message in
                guard goesOn, unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
                goesOn = unsafe visit(Self.received(message))
            }
            if count == 0 { wakeUp.wait(timeoutMilliseconds: 20) }
        }
    }

    private static func received(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Received {
        let timestamp = unsafe rd_kafka_message_timestamp(message, nil)
        var headers: [(name: String, value: [UInt8]?)] = []
        unsafe MessageHeaders.forEach(of: message) { name, value in
            unsafe headers.append((String(decoding: name, as: UTF8.self), value.map { unsafe [UInt8]($0) }))
        }
        return unsafe Received(
            partition: message.pointee.partition, offset: message.pointee.offset,
            timestamp: timestamp >= 0 ? timestamp : nil,
            key: message.pointee.key.map {
                unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len))
            },
            value: message.pointee.payload.map {
                unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: message.pointee.len))
            },
            headers: headers)
    }
}
