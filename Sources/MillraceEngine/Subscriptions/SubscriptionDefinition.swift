/// Source → sink handler, with everything the engine needs to know about it.
package struct SubscriptionDefinition: Sendable {
    /// The identity, which outlives changes of the settings: offsets are stored under it.
    package var name: String
    /// The service and the handler that are invoked.
    package var service: String
    package var handler: String
    /// Where a record's routing key comes from.
    package var key: KeySelector
    /// Where a partition begins that has no stored offset.
    package var start: StartPosition
    /// What happens when the handler fails.
    package var onError: ErrorPolicy
    /// What happens when the log no longer has the stored offset.
    package var onMissingOffset: MissingOffsetPolicy
    /// Above this many stored backlog records the source pauses.
    package var maxQueuedRecords: Int
    /// Above this many records or bytes between the source and its shards the source pauses.
    package var maxInFlightRecords: Int
    package var maxInFlightBytes: Int

    package init(
        name: String, service: String, handler: String, key: KeySelector = .record, start: StartPosition = .earliest,
        onError: ErrorPolicy = ErrorPolicy(), onMissingOffset: MissingOffsetPolicy = .stop,
        maxQueuedRecords: Int = 1_000_000, maxInFlightRecords: Int = 65_536, maxInFlightBytes: Int = 64 << 20
    ) {
        self.name = name
        self.service = service
        self.handler = handler
        self.key = key
        self.start = start
        self.onError = onError
        self.onMissingOffset = onMissingOffset
        self.maxQueuedRecords = maxQueuedRecords
        self.maxInFlightRecords = maxInFlightRecords
        self.maxInFlightBytes = maxInFlightBytes
    }
}

/// Where a record's routing key comes from.
package enum KeySelector: Sendable, Equatable {
    /// The record's own key.
    case record
    /// The last header of a name.
    case header(String)
    /// A member of the JSON value: a string's characters, a number's or a boolean's text as written.
    case json([JSONPathStep])
    /// No key: for services without keys. Records are spread over the shards by partition.
    case none
}

/// One step of a path into a JSON value.
package enum JSONPathStep: Sendable, Equatable {
    case member(String)
    case element(Int)
}

/// Where a partition begins that has no stored offset.
package enum StartPosition: Sendable, Equatable {
    case earliest
    case latest
    /// The first record with this time or a later one; milliseconds since 1970.
    case timestamp(Int64)
    case offset(Int64)
}

/// What happens when the log begins after the stored offset, or ends before it.
package enum MissingOffsetPolicy: Sendable, Equatable {
    /// The partition stops, with the numbers in its status, until a person decides.
    case stop
    case earliest
    case latest
}

/// What happens when a handler fails: attempts with growing pauses, then an end.
package struct ErrorPolicy: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        /// The key waits for a person; no other key is affected.
        case park
        /// The record is dropped, with a line in the log.
        case skip
        /// The record's partition stops, and its key with it.
        case stop
    }
    package var initialMilliseconds: Int64
    package var factor: Double
    package var maxMilliseconds: Int64
    /// How many attempts in all, the first one included; `nil` means without end.
    package var attempts: Int?
    package var then: End

    package init(
        initialMilliseconds: Int64 = 500, factor: Double = 2, maxMilliseconds: Int64 = 60_000, attempts: Int? = 20,
        then: End = .park
    ) {
        self.initialMilliseconds = initialMilliseconds
        self.factor = factor
        self.maxMilliseconds = maxMilliseconds
        self.attempts = attempts
        self.then = then
    }

    /// The pause after a number of failed attempts (1 or more), without jitter, or `nil` when there are to be no more.
    package func pauseMilliseconds(afterAttempts failed: Int) -> Int64? {
        if let attempts, failed >= attempts { return nil }
        var pause = Double(initialMilliseconds)
        for _ in 1..<max(1, min(failed, 64)) { pause = min(pause * factor, Double(maxMilliseconds)) }
        return Int64(min(pause, Double(maxMilliseconds)))
    }
}
