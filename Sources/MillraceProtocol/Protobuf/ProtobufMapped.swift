internal import CRecords

/// A message that libprotobuf-c reads and writes by way of a C struct. Neither the struct nor a pointer leaves this module.
protocol ProtobufMapped {
    /// The generated struct. Its first member is libprotobuf-c's `ProtobufCMessage`.
    associatedtype Raw

    /// Calls the generated `…__init`, after which the struct is an empty message.
    static func initialize(_ raw: UnsafeMutablePointer<Raw>)

    /// The field through which the message holds a ``FutureTree``, the one part that nests; `nil` if it has none.
    static var futureField: Int? { get }

    /// Reads the struct.
    init(raw: Raw) throws(MessageError.Problem)

    /// Fills the struct, which is an empty message, with pointers into `scratch`.
    func fill(_ raw: inout Raw, _ scratch: inout Scratch)
}

/// How much of the stack a message gets before it needs memory of its own.
private let stackBytes = 1024

extension ProtobufMapped {
    static var futureField: Int? { nil }

    @inline(__always)
    func appendPayload(to bytes: inout [UInt8]) {
        unsafe withUnsafeTemporaryAllocation(byteCount: stackBytes, alignment: 16) { buffer in
            var scratch = unsafe Scratch(first: buffer, budget: .max)
            let raw = unsafe scratch.make(Raw.self)
            unsafe Self.initialize(raw)
            unsafe fill(&raw.pointee, &scratch)
            let message = unsafe UnsafeMutableRawPointer(raw).assumingMemoryBound(to: ProtobufCMessage.self)
            let count = unsafe protobuf_c_message_get_packed_size(message)
            if count == 0 { return }
            bytes.append(addingCapacity: count) { (output: inout OutputSpan<UInt8>) in
                unsafe output.withUnsafeMutableBufferPointer { target, initialized in
                    guard let start = target.baseAddress else { return }
                    initialized += unsafe protobuf_c_message_pack(message, start + initialized)
                }
            }
        }
    }

    @inline(__always)
    static func read(_ payload: RawSpan) throws(MessageError.Problem) -> Self {
        if let field = futureField { try FutureDepth.check(payload, rootField: field) }
        let read: Result<Self, MessageError.Problem> =
            unsafe payload.withUnsafeBytes { source in
                unsafe withUnsafeTemporaryAllocation(byteCount: stackBytes, alignment: 16) { buffer in
                    var scratch = unsafe Scratch(first: buffer, budget: Scratch.decodingAllowance + source.count)
                    return unsafe unpack(source, &scratch)
                }
            }
        return try read.get()
    }

    @inline(__always)
    private static func unpack(
        _ source: UnsafeRawBufferPointer, _ scratch: inout Scratch
    ) -> Result<Self, MessageError.Problem> {
        // An empty message, made only to learn its descriptor, which C's header gives no address of to Swift.
        let empty = unsafe scratch.make(Raw.self)
        unsafe initialize(empty)
        let descriptor = unsafe UnsafeMutableRawPointer(empty).assumingMemoryBound(to: ProtobufCMessage.self).pointee
            .descriptor
        return unsafe withUnsafeMutablePointer(to: &scratch) { scratch in
            var allocator = unsafe ProtobufCAllocator(
                alloc: { scratch, count in
                    unsafe scratch?.assumingMemoryBound(to: Scratch.self).pointee.allocate(count)
                },
                free: { _, _ in }, allocator_data: UnsafeMutableRawPointer(scratch))
            let bytes = unsafe source.assumingMemoryBound(to: UInt8.self).baseAddress
            // A message without bytes is the empty message, and may have no address.
            guard let bytes = unsafe bytes, source.count > 0 else { return unsafe decode(empty.pointee) }
            guard let message = unsafe protobuf_c_message_unpack(descriptor, &allocator, source.count, bytes) else {
                return .failure(.malformed)
            }
            return unsafe decode(UnsafeMutableRawPointer(message).assumingMemoryBound(to: Raw.self).pointee)
        }
    }

    @inline(__always)
    private static func decode(_ raw: Raw) -> Result<Self, MessageError.Problem> {
        do throws(MessageError.Problem) {
            return .success(try Self(raw: raw))
        } catch {
            return .failure(error)
        }
    }
}

extension ProtobufMapped where Self: Message {
    @inline(__always)
    static func decode(_ payload: RawSpan) throws(MessageError) -> Self {
        do throws(MessageError.Problem) {
            return try read(payload)
        } catch {
            throw MessageError(type: Self.type, problem: error)
        }
    }
}
