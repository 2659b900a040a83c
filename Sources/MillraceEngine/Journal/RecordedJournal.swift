import Millrace
import MillraceProtocol

/// What an invocation did in earlier attempts, read back to be done again without its effects.
///
/// A chunk is what one slice of a run did: the time (8 bytes, little-endian milliseconds), then the entries, each in a frame of
/// the service protocol.
struct RecordedJournal {
    struct Entry {
        let type: MessageType
        let chunk: Int
        let payload: Range<Int>

        /// Whether it was recorded before another one.
        func precedes(_ other: Entry) -> Bool {
            (chunk, payload.lowerBound) < (other.chunk, other.payload.lowerBound)
        }
    }

    private var chunks: [[UInt8]] = []
    private(set) var times: [Int64] = []
    /// The handler's commands, in their order.
    private(set) var commands: [Entry] = []
    /// What happened to the invocation, in its order.
    private(set) var notifications: [Entry] = []
    /// By which revisions of the code the entries behind were recorded.
    private(set) var revisions: [Entry] = []
    /// The next command that the handler has to do again.
    private(set) var nextCommand = 0
    /// The batch that wrote the last of it; 0 where that was long ago.
    var lastBatch: UInt64 = 0

    var chunkCount: Int { chunks.count }
    var hasCommands: Bool { nextCommand < commands.count }

    init() {}

    /// Adds the next chunk.
    mutating func add(_ bytes: [UInt8]) throws(RecordError) {
        guard bytes.count >= 8 else { throw RecordError() }
        let chunk = chunks.count
        var at = 8
        func word(_ at: Int, littleEndian: Bool) -> UInt64 {
            let word = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
            return littleEndian ? UInt64(littleEndian: word) : UInt64(bigEndian: word)
        }
        times.append(Int64(bitPattern: word(0, littleEndian: true)))
        while at < bytes.count {
            guard bytes.count - at >= 8 else { throw RecordError() }
            let header = word(at, littleEndian: false)
            at += 8
            let count = Int(header & 0xffff_ffff)
            guard count <= bytes.count - at else { throw RecordError() }
            let type = MessageType(rawValue: UInt16(header >> 48))
            let entry = Entry(type: type, chunk: chunk, payload: at..<at + count)
            if type == RevisionEntry.type {
                revisions.append(entry)
            } else if type.category == .notification {
                notifications.append(entry)
            } else {
                commands.append(entry)
            }
            at += count
        }
        chunks.append(bytes)
    }

    /// Lends an entry's payload.
    func withPayload<R>(_ entry: Entry, _ body: (RawSpan) throws -> R) rethrows -> R {
        try unsafe chunks[entry.chunk].withUnsafeBytes { bytes in
            try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[entry.payload]).bytes)
        }
    }

    func time(of entry: Entry) -> Int64 { times[entry.chunk] }

    mutating func takeCommand() -> Entry? {
        guard hasCommands else { return nil }
        defer { nextCommand += 1 }
        return commands[nextCommand]
    }

    func notification(_ entry: Entry) throws(RecordError) -> Notification {
        do { return try withPayload(entry) { try Notification(type: entry.type, decoding: $0) } } catch {
            throw RecordError()
        }
    }

    /// All entries in the order in which they were recorded, as people read them.
    var lines: [String] {
        (commands + notifications + revisions).sorted { $0.precedes($1) }.map { describe($0) }
    }

    /// The revision of the code that recorded an entry, or, for `nil`, the last one; empty where it has no name.
    func revision(of entry: Entry?) -> String {
        let entry = revisions.last { revision in entry.map { revision.precedes($0) } ?? true }
        guard let entry else { return "" }
        return (try? withPayload(entry) { try RevisionEntry(decoding: $0) })?.revision ?? ""
    }

    /// The commands as people read them, for a message about the one that does not match.
    func describe(_ entry: Entry) -> String {
        withPayload(entry) { payload in JournalEntryText.describe(entry.type, payload) }
    }
}

/// The code does not do what its journal says it did.
struct JournalDivergence: Error, CustomStringConvertible {
    /// Counted from 1, as the handler's commands; 0 is its input.
    let index: Int
    let recorded: String
    let now: String
    /// The revisions of the code then and now; empty where it has none.
    let recordedRevision: String
    let revision: String

    var description: String {
        "[570] the journal has \(recorded) as command \(index), and the code now does \(now)\(revisions): the code has changed since, or is not deterministic. Go back to the code that wrote the journal, restart the invocation, or kill it"
    }

    private var revisions: String {
        if recordedRevision.isEmpty, revision.isEmpty { return "" }
        if recordedRevision == revision { return " (both by revision '\(revision)')" }
        func words(_ revision: String) -> String {
            revision.isEmpty ? "code without a revision" : "revision '\(revision)'"
        }
        return " (recorded by \(words(recordedRevision)), now \(revision.isEmpty ? words(revision) : "'\(revision)'"))"
    }
}

/// The invocation's memory has been released while it waited; it is replayed when it can go on. Handlers are unwound with
/// this error, and whatever they do with it has no effect.
struct InvocationReleased: Error, CustomStringConvertible {
    var description: String { "the invocation is suspended; let this error pass through" }
}
