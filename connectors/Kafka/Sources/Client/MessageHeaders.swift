import CKafka
import Glibc

/// The headers of a record that was read.
enum MessageHeaders {
    /// Visits them in order. A record without headers costs next to nothing.
    @inline(__always)
    static func forEach(
        of message: UnsafeMutablePointer<rd_kafka_message_t>,
        _ visit: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void
    ) {
        var headers: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        var (index, name, value, count) = unsafe (0, UnsafePointer<CChar>?.none, UnsafeRawPointer?.none, 0)
        while unsafe rd_kafka_header_get_all(headers, index, &name, &value, &count) == RD_KAFKA_RESP_ERR_NO_ERROR {
            index += 1
            guard let name = unsafe name else { continue }
            unsafe visit(
                UnsafeRawBufferPointer(start: name, count: strlen(name)),
                value.map { unsafe UnsafeRawBufferPointer(start: $0, count: count) })
        }
    }
}
