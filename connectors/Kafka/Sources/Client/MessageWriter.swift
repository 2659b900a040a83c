import CKafka

/// Puts records into a producer's queue. Owns the argument list of the call, which is used again for each record.
@safe final class MessageWriter {
    private let client: ClientHandle
    private let arguments: UnsafeMutablePointer<rd_kafka_vu_t>
    private static let capacity = 8

    init(_ client: ClientHandle) {
        self.client = client
        unsafe arguments = .allocate(capacity: Self.capacity)
        unsafe arguments.initialize(repeating: rd_kafka_vu_t(), count: Self.capacity)
        unsafe arguments[0].vtype = RD_KAFKA_VTYPE_RKT
        unsafe arguments[1].vtype = RD_KAFKA_VTYPE_VALUE
        unsafe arguments[2].vtype = RD_KAFKA_VTYPE_KEY
        unsafe arguments[3].vtype = RD_KAFKA_VTYPE_OPAQUE
        unsafe arguments[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS
        unsafe arguments[4].u.i = Int32(RD_KAFKA_MSG_F_COPY)
        unsafe arguments[5].vtype = RD_KAFKA_VTYPE_HEADERS
        unsafe arguments[6].vtype = RD_KAFKA_VTYPE_PARTITION
        unsafe arguments[6].u.i32 = RD_KAFKA_PARTITION_UA
        unsafe arguments[7].vtype = RD_KAFKA_VTYPE_TIMESTAMP
    }

    deinit { unsafe arguments.deallocate() }

    /// Headers that are being collected for one record.
    @safe struct Headers: ~Copyable {
        fileprivate var pointer: OpaquePointer?

        init(capacity: Int) { unsafe pointer = rd_kafka_headers_new(capacity) }

        deinit {
            if let pointer = unsafe pointer { unsafe rd_kafka_headers_destroy(pointer) }
        }

        func add(name: StaticString, value: UnsafeRawBufferPointer) {
            unsafe rd_kafka_header_add(
                pointer, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self), name.utf8CodeUnitCount,
                value.baseAddress, value.count)
        }

        func add(name: String, value: [UInt8]?) {
            guard let value else {
                unsafe rd_kafka_header_add(pointer, name, -1, nil, 0)
                return
            }
            unsafe value.withUnsafeBytes { bytes in
                // An empty value needs an address to differ from none.
                var nothing = UInt8(0)
                unsafe withUnsafePointer(to: &nothing) { nowhere in
                    _ = unsafe rd_kafka_header_add(
                        pointer, name, -1, bytes.baseAddress ?? UnsafeRawPointer(nowhere), bytes.count)
                }
            }
        }
    }

    /// Copies a record into the producer's queue.
    ///
    /// - Parameters:
    ///   - tag: comes back with the record's delivery report; not 0.
    ///   - partition: `nil` lets the partitioner choose by key.
    ///   - timestamp: milliseconds since 1970; `nil` means now.
    /// - Returns: `nil`, or why librdkafka did not take it.
    @inline(__always)
    func write(
        to topic: TopicHandle, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: consuming Headers?,
        tag: UInt64, partition: Int32? = nil, timestamp: Int64? = nil
    ) -> rd_kafka_resp_err_t? {
        unsafe arguments[0].u.rkt = topic.pointer
        unsafe set(1, value)
        unsafe set(2, key)
        unsafe arguments[3].u.ptr = UnsafeMutableRawPointer(bitPattern: UInt(tag))
        unsafe arguments[5].u.headers = headers?.pointer
        var count = 6
        if partition != nil || timestamp != nil {
            unsafe arguments[6].u.i32 = partition ?? RD_KAFKA_PARTITION_UA
            unsafe arguments[7].u.i64 = timestamp ?? 0
            count = 8
        }
        guard let failure = unsafe rd_kafka_produceva(client.pointer, arguments, count) else {
            // librdkafka owns the headers now.
            unsafe headers?.pointer = nil
            return nil
        }
        defer { unsafe rd_kafka_error_destroy(failure) }
        return unsafe rd_kafka_error_code(failure)
    }

    @inline(__always)
    private func set(_ index: Int, _ bytes: UnsafeRawBufferPointer?) {
        unsafe arguments[index].u.mem.ptr = nil
        unsafe arguments[index].u.mem.size = 0
        guard let bytes = unsafe bytes else { return }
        // Empty bytes need an address to differ from none.
        unsafe arguments[index].u.mem.ptr = UnsafeMutableRawPointer(
            mutating: bytes.baseAddress ?? UnsafeRawPointer(arguments))
        unsafe arguments[index].u.mem.size = bytes.count
    }
}
