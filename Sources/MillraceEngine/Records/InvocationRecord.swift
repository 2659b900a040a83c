package import Millrace
import MillraceStore

/// The row of an invocation in the family `invocations`: where it stands, and how it is doing.
///
/// An invocation that finishes without waiting has none, unless its result is kept.
///
/// ```text
/// record := 2(1) status(1) queueService queueKey queueNumber(varint) service handler key created(varint) ended(varint) chunks(varint)
///           due(varint) journalDue(varint) count(varint) listener* hasResult(1) result?
/// ```
package struct InvocationRecord: Sendable {
    package enum Status: UInt8, Sendable {
        /// It is to start at a later time.
        case scheduled = 0
        /// It waits in its key's virtual queue.
        case queued = 1
        /// It has started, and has not ended.
        case started = 2
        /// It has ended; the result is kept.
        case completed = 3
    }

    private static let version: UInt8 = 2

    package var status: Status
    /// The virtual queue that holds it.
    var queueService: String
    var queueKey: [UInt8]
    /// Its number there, while it stands in line.
    var queueNumber: UInt64 = 0
    package var service: String
    package var handler: String
    var key: [UInt8]
    var createdMilliseconds: Int64
    package var endedMilliseconds: Int64 = 0
    /// How many chunks the journal has that is kept of a completed invocation, or that an invocation has before it begins: signals came
    /// early. 0 where there is none, or while its queue knows.
    package var chunks: UInt32 = 0
    /// When one that is scheduled starts, or what is kept of one that has ended goes.
    var dueMilliseconds: UInt64 = 0
    /// When the journal goes that is kept of one that has ended, where that is before the rest.
    var journalDueMilliseconds: UInt64 = 0
    /// Who else waits for the result, beside the caller.
    var listeners: [ResponseTarget] = []
    package var result: DurableResult?

    func encode(into writer: inout RecordWriter) {
        writer.byte(Self.version)
        writer.byte(status.rawValue)
        writer.text(queueService)
        writer.bytesWithCount(queueKey)
        writer.integer(queueNumber)
        writer.text(service)
        writer.text(handler)
        writer.bytesWithCount(key)
        writer.integer(createdMilliseconds)
        writer.integer(endedMilliseconds)
        writer.integer(UInt64(chunks))
        writer.integer(dueMilliseconds)
        writer.integer(journalDueMilliseconds)
        writer.count(listeners.count)
        for listener in listeners { writer.caller(listener) }
        writer.byte(result == nil ? 0 : 1)
        if let result { writer.result(result) }
    }
}

extension InvocationRecord {
    /// Only those who wait for the result: most of the time the rest is known, or not needed.
    static func listeners(decoding bytes: UnsafeRawBufferPointer) throws(RecordError) -> [ResponseTarget] {
        var reader = unsafe RecordReader(bytes)
        guard try reader.byte() == version else { throw RecordError() }
        _ = try reader.byte()
        for _ in 0..<2 { try reader.skip() }
        _ = try reader.integer()
        for _ in 0..<3 { try reader.skip() }
        for _ in 0..<5 { _ = try reader.integer() }
        return try listeners(&reader)
    }

    private static func listeners(_ reader: inout RecordReader) throws(RecordError) -> [ResponseTarget] {
        var listeners: [ResponseTarget] = []
        for _ in 0..<(try reader.count()) {
            guard let listener = try reader.caller() else { throw RecordError() }
            listeners.append(listener)
        }
        return listeners
    }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(RecordError) {
        var reader = unsafe RecordReader(bytes)
        guard try reader.byte() == Self.version, let status = Status(rawValue: try reader.byte()) else {
            throw RecordError()
        }
        self.status = status
        queueService = try reader.text()
        queueKey = try reader.bytesWithCount()
        queueNumber = try reader.integer()
        service = try reader.text()
        handler = try reader.text()
        key = try reader.bytesWithCount()
        createdMilliseconds = Int64(bitPattern: try reader.integer())
        endedMilliseconds = Int64(bitPattern: try reader.integer())
        chunks = UInt32(truncatingIfNeeded: try reader.integer())
        dueMilliseconds = try reader.integer()
        journalDueMilliseconds = try reader.integer()
        listeners = try Self.listeners(&reader)
        if try reader.byte() == 1 { result = try reader.result() }
    }
}
