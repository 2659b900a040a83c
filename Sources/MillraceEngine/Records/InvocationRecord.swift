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

    func encode() -> [UInt8] {
        var bytes: [UInt8] = [Self.version, status.rawValue]
        MessageCodec.put(queueService, &bytes)
        MessageCodec.put(UInt64(queueKey.count), &bytes)
        bytes.append(contentsOf: queueKey)
        MessageCodec.put(queueNumber, &bytes)
        MessageCodec.put(service, &bytes)
        MessageCodec.put(handler, &bytes)
        MessageCodec.put(UInt64(key.count), &bytes)
        bytes.append(contentsOf: key)
        MessageCodec.put(UInt64(bitPattern: createdMilliseconds), &bytes)
        MessageCodec.put(UInt64(bitPattern: endedMilliseconds), &bytes)
        MessageCodec.put(UInt64(chunks), &bytes)
        MessageCodec.put(dueMilliseconds, &bytes)
        MessageCodec.put(journalDueMilliseconds, &bytes)
        MessageCodec.put(UInt64(listeners.count), &bytes)
        for listener in listeners { MessageCodec.put(listener, &bytes) }
        if let result {
            bytes.append(1)
            MessageCodec.put(result, &bytes)
        } else {
            bytes.append(0)
        }
        return bytes
    }
}

extension InvocationRecord {
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
        for _ in 0..<(try reader.count()) {
            guard let listener = try reader.caller() else { throw RecordError() }
            listeners.append(listener)
        }
        if try reader.byte() == 1 { result = try reader.result() }
    }
}
