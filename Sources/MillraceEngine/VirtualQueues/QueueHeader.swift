/// The row of a busy key's queue: which invocations it has, and what became of the head.
///
/// ```text
/// header := version(1) head(8) tail(8) state(1) until(8) attempts(4) firstFailed(8) flags(1) chunks(4) lastError(the rest, UTF-8)
/// ```
/// Integers are little-endian. The state is 0 for ready or waiting, 1 for backing off, 2 for parked, 3 for stopped
/// (which a restart tries again), 4 for suspended. Of the flags 1 says that the head has started, 2 that calls may stand in line: versions
/// 2 and 3 do not say that. The head's journal has so many chunks if it is suspended; otherwise it may have more by now. Version 2 is
/// without it.
struct QueueHeader: Equatable {
    enum State: UInt8 {
        case ready = 0
        case backingOff = 1
        case parked = 2
        /// Parked, and its partition stopped, until the next start.
        case stopped = 3
        /// Waiting, with nothing to do until something comes.
        case suspended = 4
    }

    static let version: UInt8 = 4
    private static let versionWithoutCalls: UInt8 = 3
    private static let versionWithoutChunks: UInt8 = 2
    private static let startedFlag: UInt8 = 1
    private static let callsFlag: UInt8 = 2
    static let fixedCount = 43
    /// Errors are cut to so many bytes: they are for people.
    static let maxErrorBytes = 1000

    var head: UInt64
    var tail: UInt64
    var state: State
    var untilMilliseconds: Int64
    /// The head has a record and a journal.
    var isStarted: Bool
    /// Calls may stand behind the head.
    var hasCalls: Bool
    /// How many chunks the head's journal has, where that is known.
    var chunks: UInt32?
    var failure: HeadFailure

    func encode(into writer: inout RecordWriter) {
        writer.byte(Self.version)
        writer.word(head)
        writer.word(tail)
        writer.byte(state.rawValue)
        writer.word(UInt64(bitPattern: untilMilliseconds))
        writer.word(UInt32(clamping: failure.attempts))
        writer.word(UInt64(bitPattern: failure.firstFailedMilliseconds))
        writer.byte((isStarted ? Self.startedFlag : 0) | (hasCalls ? Self.callsFlag : 0))
        writer.word(chunks ?? .max)
        guard !failure.lastError.isEmpty else { return }
        var error = failure.lastError
        error.withUTF8 { utf8 in
            unsafe writer.part(
                UnsafeRawBufferPointer(start: utf8.baseAddress, count: min(utf8.count, Self.maxErrorBytes)))
        }
    }

    init(
        head: UInt64, tail: UInt64, state: State, untilMilliseconds: Int64, isStarted: Bool = false,
        hasCalls: Bool = false, chunks: UInt32? = nil, failure: HeadFailure
    ) {
        self.head = head
        self.tail = tail
        self.state = state
        self.untilMilliseconds = untilMilliseconds
        self.isStarted = isStarted
        self.hasCalls = hasCalls
        self.chunks = chunks
        self.failure = failure
    }

    /// `nil` where the bytes are no header of a known version.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let version = unsafe bytes.first, Self.versionWithoutChunks...Self.version ~= version else { return nil }
        let hasChunks = version > Self.versionWithoutChunks
        let fixedCount = hasChunks ? Self.fixedCount : Self.fixedCount - 4
        guard bytes.count >= fixedCount, let state = unsafe State(rawValue: bytes[17]) else { return nil }
        func get<I: FixedWidthInteger>(_ offset: Int) -> I {
            unsafe I(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: I.self))
        }
        head = get(1)
        tail = get(9)
        self.state = state
        untilMilliseconds = get(18)
        let attempts: UInt32 = get(26)
        isStarted = unsafe bytes[38] & Self.startedFlag != 0
        hasCalls = unsafe version <= Self.versionWithoutCalls || bytes[38] & Self.callsFlag != 0
        if hasChunks {
            let count: UInt32 = get(39)
            chunks = count == .max ? nil : count
        }
        failure = unsafe HeadFailure(
            attempts: Int(attempts), firstFailedMilliseconds: get(30),
            lastError: String(decoding: bytes[fixedCount...], as: UTF8.self))
    }
}
