import Glibc
import Millrace
import MillraceEngine
import Synchronization

/// Delayed sends.
extension Workload {
    static let timers: [Workload] = [
        Workload(name: "timers") { options in
            [
                try fire("timers-burst", options, spreadMilliseconds: 1),
                try fire("timers", options, spreadMilliseconds: 10_000),
            ]
        }
    ]

    /// Sets up a million timers that come due over that time, and measures from the first to the last.
    private static func fire(_ name: String, _ options: BenchOptions, spreadMilliseconds: Int64) throws -> Result {
        let count = options.count(1_000_000)
        let setUp: Int64 = Int64(count) / 60 + 3_000
        let first = SystemClock().nowMilliseconds + setUp
        let fired = Fired()
        let service = ServiceDefinition(
            name: "Timed", kind: .virtualObject,
            handlers: [
                .direct("event", ObjectContext.init) { (context: ObjectContext, value: RawSpan) in
                    let due = unsafe value.unsafeLoadUnaligned(as: Int64.self)
                    unsafe context.send(
                        service: "Timed", handler: "fire", key: context.key,
                        payload: withUnsafeBytes(of: due) { unsafe [UInt8]($0) },
                        after: .milliseconds(due - context.nowMilliseconds))
                },
                .direct("fire", ObjectContext.init) { (_: ObjectContext, value: RawSpan) in
                    unsafe fired.record(due: value.unsafeLoadUnaligned(as: Int64.self))
                },
            ])
        let bench = try Bench(services: [service], handler: ("Timed", "event"), threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        let source = unsafe EventSource(
            events: count, key: Keys.uniform(1_000_000),
            fill: { i, bytes in
                unsafe bytes.storeBytes(of: first + Int64(i) * spreadMilliseconds / Int64(count), as: Int64.self)
            })
        let slot = bench.openSlot()
        let begin = Usage.now()
        source.run(into: bench.engine.intakes[0], slot: slot)
        bench.waitUntilIdle()
        let stored = Usage.now()
        let memory = Usage.residentMegabytes
        while SystemClock().nowMilliseconds < first { usleep(1000) }
        let start = Usage.now()
        while fired.count.load(ordering: .relaxed) < count { usleep(1000) }
        let end = Usage.now()
        var result = Result(
            workload: name, events: count, threads: options.threads,
            eventsPerSecond: Double(count) / (end.wallSeconds - start.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - start.cpuMicroseconds) / Double(count),
            p50: fired.lateness(0.5), p99: fired.lateness(0.99), p999: fired.lateness(0.999))
        result.notes = [
            ("store_cpu_us", (stored.cpuMicroseconds - begin.cpuMicroseconds) / Double(count)),
            ("pending_rss_mb", Double(memory)),
        ]
        return result
    }

    /// How late timers were, counted by the millisecond.
    private final class Fired: Sendable {
        let count = Atomic<Int>(0)
        private let late = Mutex<[Int]>([Int](repeating: 0, count: 100_000))

        func record(due: Int64) {
            let late = max(0, min(99_999, SystemClock().nowMilliseconds - due))
            self.late.withLock { $0[Int(late)] += 1 }
            count.add(1, ordering: .relaxed)
        }

        func lateness(_ share: Double) -> Double {
            var left = Int(Double(count.load(ordering: .relaxed)) * share)
            return late.withLock { late in
                for (milliseconds, count) in late.enumerated() {
                    left -= count
                    if left < 0 { return Double(milliseconds) }
                }
                return 0
            }
        }
    }
}
