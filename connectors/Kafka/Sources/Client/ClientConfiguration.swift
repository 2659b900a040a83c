import CKafka

/// Owns one `rd_kafka_conf_t` until a client is made of it.
@safe struct ClientConfiguration: ~Copyable {
    enum Role {
        /// A consumer that reads a number of topics, each with a prefetch queue of its own.
        case consumer(topics: Int)
        case producer
        /// For administrative requests only.
        case admin
    }

    /// `nil` once a client has taken it.
    private var handle: OpaquePointer?
    let cluster: String

    /// Applies our defaults, then the user's properties, then what the engine needs as it is.
    init(_ settings: KafkaClusterSettings, role: Role) throws(KafkaError) {
        unsafe handle = rd_kafka_conf_new()
        cluster = settings.name
        for (name, value) in Self.defaults(role) where !settings.properties.contains(where: { $0.0 == name }) {
            try set(name, value)
        }
        for (name, value) in settings.properties {
            if let reason = Self.reserved[name] {
                throw .reservedProperty(cluster: cluster, property: name, reason: reason)
            }
            try set(name, value)
        }
        guard
            settings.properties.contains(where: {
                ["bootstrap.servers", "metadata.broker.list"].contains($0.0) && !$0.1.isEmpty
            })
        else {
            throw .invalidProperty(
                cluster: cluster, property: "bootstrap.servers", reason: "is missing; set it to host:port of a broker")
        }
        for (name, value) in Self.fixed(role) { try set(name, value) }
        if case .consumer = role { try set("group.id", settings.groupID) }
    }

    deinit {
        if let handle = unsafe handle { unsafe rd_kafka_conf_destroy(handle) }
    }

    /// Sets one property.
    private func set(_ name: String, _ value: String) throws(KafkaError) {
        var (result, reason) = unsafe withErrorText { unsafe rd_kafka_conf_set(handle, name, value, $0, $1) }
        switch result {
        case RD_KAFKA_CONF_OK: return
        case RD_KAFKA_CONF_UNKNOWN: throw .unknownProperty(cluster: cluster, property: name, reason: reason)
        default:
            // librdkafka quotes the value.
            if KafkaClusterSettings.isSecret(name) { reason = "librdkafka does not take its value" }
            throw .invalidProperty(cluster: cluster, property: name, reason: reason)
        }
    }

    /// Makes a client, which owns the configuration from then on. `opaque` is handed to callbacks.
    mutating func makeClient(
        _ kind: rd_kafka_type_t, callbacks: ClientCallbacks, events: Int32
    ) throws(KafkaError) -> OpaquePointer {
        unsafe rd_kafka_conf_set_opaque(handle, Unmanaged.passUnretained(callbacks).toOpaque())
        unsafe rd_kafka_conf_set_log_cb(handle, ClientCallbacks.log)
        unsafe rd_kafka_conf_set_events(handle, events)
        let (client, reason) = unsafe withErrorText { unsafe rd_kafka_new(kind, handle, $0, $1) }
        guard let client = unsafe client else {
            throw .cannotCreateClient(cluster: cluster, reason: callbacks.settings.redacted(reason))
        }
        unsafe handle = nil
        return unsafe client
    }

    // MARK: Values

    /// What the user may override.
    private static func defaults(_ role: Role) -> [(String, String)] {
        var values = [
            ("client.id", "millrace"), ("socket.nagle.disable", "true"), ("socket.keepalive.enable", "true"),
            ("log.connection.close", "false"), ("reconnect.backoff.ms", "100"), ("reconnect.backoff.max.ms", "2000"),
        ]
        switch role {
        case .consumer(let topics):
            // A fetch in flight keeps a broker's other partitions waiting, so it waits shortly for idle ones.
            values.append(("fetch.wait.max.ms", "50"))
            values.append(("check.crcs", "true"))
            // No session is ever begun. But offsets wait that long for a coordinator that is away, and so does an end.
            values.append(("session.timeout.ms", "6000"))
            values.append(("queued.min.messages", "\(RecordQueue.prefetchRecords)"))
            // Every topic has a queue of its own, and the limit counts for each.
            values.append(("queued.max.messages.kbytes", "\(max(4096, 65_536 / max(1, topics)))"))
            if KafkaLibrary.version >= 0x0202_0000 { values.append(("fetch.queue.backoff.ms", "20")) }
        case .producer:
            values.append(("linger.ms", "3"))
            values.append(("compression.codec", "lz4"))
            values.append(("batch.size", "1000000"))
            values.append(("queue.buffering.max.messages", "100000"))
            values.append(("queue.buffering.max.kbytes", "65536"))
            // The same partition for a key as Kafka's own clients choose.
            values.append(("partitioner", "murmur2_random"))
        case .admin: break
        }
        return values
    }

    private static func fixed(_ role: Role) -> [(String, String)] {
        switch role {
        case .consumer:
            [
                ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
                ("auto.offset.reset", "error"), ("enable.partition.eof", "true"),
            ]
        case .producer:
            [
                ("enable.idempotence", "true"), ("enable.gapless.guarantee", "true"), ("acks", "all"),
                ("message.timeout.ms", "0"),
            ]
        case .admin: []
        }
    }

    /// What the user cannot set, and why.
    private static let reserved: [String: String] = {
        let offsets = "the engine keeps the offsets itself, with the state"
        let order = "records must reach the topic completely and in order"
        return [
            "enable.auto.commit": offsets, "auto.commit.enable": offsets, "enable.auto.offset.store": offsets,
            "auto.commit.interval.ms": offsets, "offset.store.method": offsets,
            "auto.offset.reset": "start and onOffsetOutOfRange of the subscription say it",
            "enable.partition.eof": "the engine needs it to know how far it has read",
            "group.id": "the engine sets it, for each consumer",
            "group.instance.id": "the engine assigns partitions itself",
            "enable.idempotence": order, "enable.gapless.guarantee": order, "acks": order,
            "request.required.acks": order, "message.timeout.ms": order, "delivery.timeout.ms": order,
            "retries": order, "message.send.max.retries": order, "max.in.flight": order,
            "max.in.flight.requests.per.connection": order, "queuing.strategy": order,
            "transactional.id": "the engine sends without transactions",
            "enabled_events": "the engine needs it as it is", "log.queue": "the engine needs it as it is",
            "test.mock.num.brokers": "it would make a broker of its own for each client",
        ]
    }()
}
