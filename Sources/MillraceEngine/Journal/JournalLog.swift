import Millrace
import MillraceProtocol

/// What a run has done since its journal was last written, in the order of doing.
///
/// A handler that never waits writes no journal, so noting must cost next to nothing: the commonest operations are kept as
/// they are, and become messages of the service protocol only when the journal is written.
///
/// ```text
/// note := 1(1) nameCount(4) valueCount(4) name value        a state value was read; a count of -1 where there is none
///       | 2(1) nameCount(4) valueCount(4) name value        a state value was set, or, where the count is -1, cleared
///       | 3(1) type(2) count(4) payload                     a message
///       | 4(1) index(4) completion(4) idCompletion(4)       an invocation was sent, or called: see `made`
///       | 5(1) index(4) nameCount(4) name                   a state value was read that is kept decoded: see `values`
///       | 6(1) index(4) nameCount(4) name                   such a value was set
/// ```
struct JournalLog {
    private(set) var bytes: [UInt8] = []
    /// What is before this stays when the run fails.
    private(set) var saved = 0
    /// When the first note was made, in milliseconds since 1970.
    private(set) var time: Int64 = 0
    /// The invocations that were sent or called.
    private var made: [StoredInvocation] = []
    /// Decoded state values that were read or set; most are never asked for their bytes.
    private var values: [StateValue] = []
    /// Handlers that cannot wait need no journal.
    var isOn = false

    var isEmpty: Bool { bytes.isEmpty }
    var hasSaved: Bool { saved > 0 }

    @inline(__always)
    private mutating func begin(_ kind: UInt8, _ now: Int64) {
        if bytes.isEmpty { time = now }
        bytes.append(kind)
    }

    @inline(__always)
    private mutating func put(_ value: Int32) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func state(_ kind: UInt8, _ name: String, _ value: UnsafeRawBufferPointer?, _ now: Int64) {
        begin(kind, now)
        put(Int32(truncatingIfNeeded: name.utf8.count))
        unsafe put(Int32(truncatingIfNeeded: value?.count ?? -1))
        bytes.append(contentsOf: name.utf8)
        if let value = unsafe value { unsafe bytes.append(contentsOf: value) }
    }

    mutating func read(_ name: String, _ value: UnsafeRawBufferPointer?, now: Int64) {
        unsafe state(1, name, value, now)
    }

    mutating func set(_ name: String, _ value: UnsafeRawBufferPointer?, now: Int64) {
        unsafe state(2, name, value, now)
    }

    private mutating func state(_ kind: UInt8, _ name: String, _ value: StateValue, _ now: Int64) {
        begin(kind, now)
        put(Int32(values.count))
        put(Int32(truncatingIfNeeded: name.utf8.count))
        bytes.append(contentsOf: name.utf8)
        values.append(value)
    }

    mutating func read(_ name: String, _ value: StateValue, now: Int64) { state(5, name, value, now) }

    mutating func set(_ name: String, _ value: StateValue, now: Int64) { state(6, name, value, now) }

    private mutating func add(_ type: MessageType, now: Int64, _ encode: (inout [UInt8]) -> Void) {
        if bytes.isEmpty { time = now }
        bytes.append(addingCapacity: 7) { bytes in
            bytes.append(3)
            bytes.append(UInt8(truncatingIfNeeded: type.rawValue))
            bytes.append(UInt8(type.rawValue >> 8))
            for _ in 0..<4 { bytes.append(0) }
        }
        let start = bytes.count
        let at = start - 4
        encode(&bytes)
        let count = UInt32(truncatingIfNeeded: bytes.count - start)
        for i in 0..<4 { bytes[at + i] = UInt8(truncatingIfNeeded: count >> UInt32(8 * i)) }
    }

    mutating func add(_ message: some Message, now: Int64) {
        add(type(of: message).type, now: now) { message.encode(into: &$0) }
    }

    mutating func add(_ notification: Notification, now: Int64) {
        add(notification.type, now: now) { notification.encode(into: &$0) }
    }

    /// An invocation was sent: its id is known by a completion.
    mutating func send(_ invocation: StoredInvocation, completion: UInt32, now: Int64) {
        call(invocation, idCompletion: completion, completion: 0, now: now)
    }

    /// An invocation was called: its id and its result are known by completions.
    mutating func call(_ invocation: StoredInvocation, idCompletion: UInt32, completion: UInt32, now: Int64) {
        begin(4, now)
        put(Int32(made.count))
        put(Int32(bitPattern: completion))
        put(Int32(bitPattern: idCompletion))
        made.append(invocation)
    }

    /// What has been noted so far stays when the run fails.
    mutating func save() { saved = bytes.count }

    /// Forgets what was noted since the last save.
    mutating func rollBack() { bytes.removeSubrange(saved...) }

    /// Forgets everything, and memory beyond what most invocations need.
    mutating func clear() {
        removeAll()
        if bytes.capacity > Self.keptBytes { bytes = [] }
        if made.capacity > Self.keptNotes { made = [] }
        if values.capacity > Self.keptNotes { values = [] }
    }

    private static let keptBytes = 1 << 10
    private static let keptNotes = 16

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        made.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        saved = 0
    }

    /// Appends a chunk of the journal: the time, then a frame for each note.
    ///
    /// - Parameter revision: the code's revision, where it is another one than that of the chunks before.
    func encodeChunk(revision: String? = nil, into chunk: inout [UInt8]) {
        unsafe withUnsafeBytes(of: time.littleEndian) { unsafe chunk.append(contentsOf: $0) }
        if let revision { Self.frame(RevisionEntry(revision: revision), &chunk) }
        unsafe bytes.withUnsafeBytes { bytes in
            var at = 0
            func integer() -> Int {
                defer { at += 4 }
                return unsafe Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int32.self)))
            }
            func part(_ count: Int) -> UnsafeRawBufferPointer {
                defer { at += count }
                return unsafe UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
            }
            while at < bytes.count {
                let kind = unsafe bytes[at]
                at += 1
                switch kind {
                case 1, 2:
                    let nameCount = integer()
                    let valueCount = integer()
                    let name = unsafe [UInt8](part(nameCount))
                    let value = valueCount < 0 ? nil : unsafe [UInt8](part(valueCount))
                    if kind == 1 {
                        Self.frame(GetEagerStateCommand(key: name, value: value), &chunk)
                    } else if let value {
                        Self.frame(SetStateCommand(key: name, value: value), &chunk)
                    } else {
                        Self.frame(ClearStateCommand(key: name), &chunk)
                    }
                case 5, 6:
                    var value: [UInt8] = []
                    StateValue.encode(values[integer()], into: &value)
                    let name = unsafe [UInt8](part(integer()))
                    if kind == 5 {
                        Self.frame(GetEagerStateCommand(key: name, value: value), &chunk)
                    } else {
                        Self.frame(SetStateCommand(key: name, value: value), &chunk)
                    }
                case 4:
                    let invocation = made[integer()]
                    let completion = UInt32(bitPattern: Int32(integer()))
                    Self.frame(
                        invocation, completion: completion, idCompletion: UInt32(bitPattern: Int32(integer())), &chunk)
                default:
                    let type = unsafe UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))
                    at += 2
                    let count = integer()
                    Self.header(MessageType(rawValue: type), count, &chunk)
                    unsafe chunk.append(contentsOf: part(count))
                }
            }
        }
    }

    private static func frame(_ message: some Message, _ chunk: inout [UInt8]) {
        let at = chunk.count
        header(type(of: message).type, 0, &chunk)
        let start = chunk.count
        message.encode(into: &chunk)
        fillCount(at, start, &chunk)
    }

    private static func frame(
        _ invocation: StoredInvocation, completion: UInt32, idCompletion: UInt32, _ chunk: inout [UInt8]
    ) {
        let headers = invocation.headers.map { Header(key: $0.name, value: $0.value) }
        let key = String(decoding: invocation.key, as: UTF8.self)
        if completion == 0 {
            frame(
                OneWayCallCommand(
                    serviceName: invocation.service, handlerName: invocation.handler, parameter: invocation.payload,
                    invokeTime: invocation.dueMilliseconds, headers: headers, key: key,
                    idempotencyKey: invocation.idempotencyKey, invocationIDNotification: idCompletion), &chunk)
        } else {
            frame(
                CallCommand(
                    serviceName: invocation.service, handlerName: invocation.handler, parameter: invocation.payload,
                    headers: headers, key: key, idempotencyKey: invocation.idempotencyKey,
                    invocationIDNotification: idCompletion, resultCompletionID: completion), &chunk)
        }
        let notification = Notification.callInvocationID(idCompletion, "\(invocation.id)")
        let at = chunk.count
        header(notification.type, 0, &chunk)
        let start = chunk.count
        notification.encode(into: &chunk)
        fillCount(at, start, &chunk)
    }

    private static func fillCount(_ at: Int, _ start: Int, _ chunk: inout [UInt8]) {
        let count = UInt32(truncatingIfNeeded: chunk.count - start)
        for i in 0..<4 { chunk[at + 4 + i] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * i)) }
    }

    private static func header(_ type: MessageType, _ count: Int, _ chunk: inout [UInt8]) {
        let word = UInt64(type.rawValue) << 48 | UInt64(UInt32(truncatingIfNeeded: count))
        chunk.append(addingCapacity: 8) { chunk in
            for shift in stride(from: 56, through: 0, by: -8) { chunk.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
    }
}
