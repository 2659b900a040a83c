internal import CRecords

/// Begins an attempt: which invocation, how many journal entries follow, and the state of its key.
public struct StartMessage: Message {
    /// `0x0000`.
    public static let type = MessageType.start

    /// A state key and its value, which may be empty.
    public struct StateEntry: Hashable, Sendable {
        /// The state key.
        public var key: [UInt8]
        /// The content.
        public var value: [UInt8]

        /// Makes the message.
        public init(key: [UInt8], value: [UInt8]) {
            self.key = key
            self.value = value
        }
    }

    /// How many bytes an invocation's id has.
    public static let idByteCount = 24

    /// The invocation's id: so many bytes. What they mean is not the protocol's business.
    public var id: [UInt8]
    /// The invocation's id in the form that people see.
    public var debugID: String
    /// How many entries follow, commands and notifications; 1 at least.
    public var knownEntries: UInt32
    /// State of the key.
    public var state: [StateEntry]
    /// Whether there may be more state than ``state``.
    public var isStatePartial: Bool
    /// The object's or workflow's key; empty for a service without keys.
    public var key: String
    /// How many attempts have failed since the journal last got a command.
    public var retryCountSinceLastStoredEntry: UInt32
    /// Milliseconds since the journal last changed.
    public var durationSinceLastStoredEntry: UInt64
    /// What random numbers of the handler come from: the same for each attempt. Version 6; see ``RandomSeed``.
    public var randomSeed: UInt64
    /// Version 7.
    public var scope: String?
    /// Version 7.
    public var limitKey: String?
    /// Version 7.
    public var idempotencyKey: String?

    /// Makes the message.
    public init(
        id: [UInt8], debugID: String, knownEntries: UInt32, state: [StateEntry] = [], isStatePartial: Bool,
        key: String = "",
        retryCountSinceLastStoredEntry: UInt32 = 0, durationSinceLastStoredEntry: UInt64 = 0, randomSeed: UInt64,
        scope: String? = nil, limitKey: String? = nil, idempotencyKey: String? = nil
    ) {
        self.id = id
        self.debugID = debugID
        self.knownEntries = knownEntries
        self.state = state
        self.isStatePartial = isStatePartial
        self.key = key
        self.retryCountSinceLastStoredEntry = retryCountSinceLastStoredEntry
        self.durationSinceLastStoredEntry = durationSinceLastStoredEntry
        self.randomSeed = randomSeed
        self.scope = scope
        self.limitKey = limitKey
        self.idempotencyKey = idempotencyKey
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "Start of \(debugID) with \(knownEntries) entries" }
}

extension StartMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__StartMessage>) {
        unsafe millrace__start_message__init(raw)
    }

    init(raw: Millrace__StartMessage) throws(MessageError.Problem) {
        let id = unsafe RawField.bytes(raw.id)
        guard id.count == Self.idByteCount else {
            throw .wrongLength(field: "id", expected: Self.idByteCount, actual: id.count)
        }
        var state: [StateEntry] = []
        if let entries = unsafe raw.state_map {
            for index in 0..<(unsafe raw.n_state_map) {
                guard let entry = unsafe entries[index] else { continue }
                state.append(
                    unsafe StateEntry(
                        key: RawField.bytes(entry.pointee.key), value: RawField.bytes(entry.pointee.value)))
            }
        }
        self = try unsafe StartMessage(
            id: id, debugID: RawField.text(raw.debug_id, "debug_id"), knownEntries: raw.known_entries, state: state,
            isStatePartial: raw.partial_state != 0,
            key: RawField.text(raw.key, "key"),
            retryCountSinceLastStoredEntry: raw.retry_count_since_last_stored_entry,
            durationSinceLastStoredEntry: raw.duration_since_last_stored_entry, randomSeed: raw.random_seed,
            scope: RawField.optionalText(raw.scope, isThere: raw.has_scope_case.rawValue != 0, "scope"),
            limitKey: RawField.optionalText(raw.limit_key, isThere: raw.has_limit_key_case.rawValue != 0, "limit_key"),
            idempotencyKey: RawField.optionalText(
                raw.idempotency_key, isThere: raw.has_idempotency_key_case.rawValue != 0, "idempotency_key"))
    }

    func fill(_ raw: inout Millrace__StartMessage, _ scratch: inout Scratch) {
        unsafe raw.id = scratch.bytes(id)
        unsafe raw.debug_id = scratch.text(debugID)
        unsafe raw.known_entries = knownEntries
        if !state.isEmpty {
            let entries = unsafe scratch.makeArray(
                of: UnsafeMutablePointer<Millrace__StateEntry>?.self, count: state.count)
            for (index, entry) in state.enumerated() {
                let item = unsafe scratch.make(Millrace__StateEntry.self)
                unsafe millrace__state_entry__init(item)
                unsafe item.pointee.key = scratch.bytes(entry.key)
                unsafe item.pointee.value = scratch.bytes(entry.value)
                unsafe entries[index] = item
            }
            unsafe raw.n_state_map = state.count
            unsafe raw.state_map = entries
        }
        unsafe raw.partial_state = isStatePartial ? 1 : 0
        unsafe raw.key = scratch.text(key)
        unsafe raw.retry_count_since_last_stored_entry = retryCountSinceLastStoredEntry
        unsafe raw.duration_since_last_stored_entry = durationSinceLastStoredEntry
        unsafe raw.random_seed = randomSeed
        if let scope {
            unsafe raw.has_scope_case = MILLRACE__START_MESSAGE__HAS_SCOPE_SCOPE
            unsafe raw.scope = scratch.text(scope)
        }
        if let limitKey {
            unsafe raw.has_limit_key_case = MILLRACE__START_MESSAGE__HAS_LIMIT_KEY_LIMIT_KEY
            unsafe raw.limit_key = scratch.text(limitKey)
        }
        if let idempotencyKey {
            unsafe raw.has_idempotency_key_case = MILLRACE__START_MESSAGE__HAS_IDEMPOTENCY_KEY_IDEMPOTENCY_KEY
            unsafe raw.idempotency_key = scratch.text(idempotencyKey)
        }
    }
}
