import CKafka
import Glibc

/// A file descriptor that librdkafka's threads, and others, write to in order to wake the thread that waits on it.
@safe final class WakeUp: Sendable {
    private let descriptor: Int32

    init() throws(KafkaError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else {
            throw .system(reason: "cannot make an eventfd: \(unsafe String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Wakes the thread that waits, or the next one to wait. Any thread.
    func raise() {
        var one = UInt64(1)
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Waits until it is raised, or the time is over. Lowers it.
    func wait(timeoutMilliseconds: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if unsafe poll(&request, 1, timeoutMilliseconds) > 0 {
            var count = UInt64(0)
            _ = unsafe read(descriptor, &count, 8)
        }
    }

    /// Lets a queue raise it when it goes from empty to non-empty.
    func attach(to queue: OpaquePointer?) {
        var one = UInt64(1)
        unsafe rd_kafka_queue_io_event_enable(queue, descriptor, &one, 8)
    }
}
