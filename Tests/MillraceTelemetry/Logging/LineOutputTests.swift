import Glibc
import MillraceTelemetry
import Testing

@Suite struct LineOutputTests {
    @Test func linesOfSeveralThreadsStayWhole() {
        var ends: [Int32] = [0, 0]
        unsafe pipe(&ends)
        // Nothing reads until the pipe is full, so that a line needs several writes, and some that find no room.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let output = DescriptorOutput(descriptor: ends[1])
        #expect(!output.isTerminal)
        output.show(status: "only for terminals")
        let lines = (0..<4).map { String(repeating: String($0), count: 100_000) + "\n" }
        let writers = lines.map { line in Thread { output.write(line) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < lines.map(\.utf8.count).reduce(0, +) {
            let count = unsafe read(ends[0], &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        for writer in writers { writer.join() }
        #expect(Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n")) == Set(lines.map { $0.dropLast() }))
        close(ends[0])
        close(ends[1])
    }
}

/// A thread outside the pool of Swift's tasks, which a blocking write would starve.
@safe private final class Thread: Sendable {
    private let handle: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var handle = pthread_t()
        let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
        let result = unsafe pthread_create(
            &handle, nil,
            { box in
                if let box = unsafe box { unsafe Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
                return nil
            }, box)
        precondition(result == 0)
        self.handle = handle
    }

    func join() { pthread_join(handle, nil) }
}
