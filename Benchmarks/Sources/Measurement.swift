import Ceilings
import Glibc
import MillraceAllocator

/// What a process has used so far.
struct Usage {
    let cpuMicroseconds: Double
    let wallSeconds: Double

    static func now() -> Usage {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        func micro(_ t: timeval) -> Double { Double(t.tv_sec) * 1e6 + Double(t.tv_usec) }
        return Usage(
            cpuMicroseconds: micro(usage.ru_utime) + micro(usage.ru_stime),
            wallSeconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    /// The process's resident memory, in megabytes.
    static var residentMegabytes: Int {
        let words = ThreadUsage.words(of: "/proc/self/statm")
        return words.count > 1 ? ((Int(words[1]) ?? 0) * 4096) >> 20 : 0
    }

    /// What the process has allocated and not freed, in megabytes.
    static var heapMegabytes: Int { (Allocator.allocatedBytes ?? 0) >> 20 }

    /// The machine's memory, in bytes.
    static var machineBytes: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }
}

/// Writes a line to standard error.
func say(_ line: String) {
    var line = line + "\n"
    line.withUTF8 { _ = unsafe write(2, $0.baseAddress, $0.count) }
}

/// Nanoseconds of the monotonic clock.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// One line of results: a workload, its figures, and the ceilings of the run.
struct Result {
    var workload: String
    var source = "memory"
    var events: Int
    var threads: Int
    var eventsPerSecond: Double
    var cpuMicroseconds: Double
    /// Of the last half of the events, where it was measured.
    var warmCPUMicroseconds: Double?
    var p50: Double?
    var p99: Double?
    var p999: Double?
    var residentMegabytes = Usage.residentMegabytes
    var notes: [(String, Double)] = []

    func json(_ ceilings: Ceilings) -> String {
        var fields = [
            "\"workload\":\"\(workload)\"", "\"source\":\"\(source)\"", "\"events\":\(events)",
            "\"threads\":\(threads)",
            "\"events_per_s\":\(Int(eventsPerSecond))", "\"cpu_us_per_event\":\(rounded(cpuMicroseconds))",
        ]
        if let warmCPUMicroseconds { fields.append("\"warm_cpu_us_per_event\":\(rounded(warmCPUMicroseconds))") }
        if let p50 { fields.append("\"p50_ms\":\(rounded(p50))") }
        if let p99 { fields.append("\"p99_ms\":\(rounded(p99))") }
        if let p999 { fields.append("\"p999_ms\":\(rounded(p999))") }
        fields.append("\"rss_mb\":\(residentMegabytes)")
        for (name, value) in notes { fields.append("\"\(name)\":\(rounded(value))") }
        return "{" + fields.joined(separator: ",") + ceilings.json + "}"
    }

    var row: String {
        func column(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        var line = workload + String(repeating: " ", count: max(1, 22 - workload.count))
        line += column(source, 7) + column("\(events)", 10) + column("\(threads)", 4)
        line += column("\(Int(eventsPerSecond))", 11) + column("\(rounded(cpuMicroseconds))", 9)
        line += column(warmCPUMicroseconds.map { "\(rounded($0))" } ?? "", 8)
        line += column(p50.map { "\(rounded($0))" } ?? "", 9) + column(p99.map { "\(rounded($0))" } ?? "", 9)
        line += column(p999.map { "\(rounded($0))" } ?? "", 9) + column("\(residentMegabytes)", 8)
        for (name, value) in notes { line += "  \(name)=\(rounded(value))" }
        return line
    }

    /// The row of a result that another process printed as JSON; the members come in the order in which ``json(_:)`` writes them.
    static func row(json line: String) -> String {
        var result = Result(workload: "", events: 0, threads: 0, eventsPerSecond: 0, cpuMicroseconds: 0)
        for member in line.dropFirst().dropLast().split(separator: ",") {
            let parts = member.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = parts[0].filter { $0 != "\"" }
            let text = parts[1].filter { $0 != "\"" }
            let value = Double(text) ?? 0
            switch name {
            case "workload": result.workload = text
            case "source": result.source = text
            case "events": result.events = Int(value)
            case "threads": result.threads = Int(value)
            case "events_per_s": result.eventsPerSecond = value
            case "cpu_us_per_event": result.cpuMicroseconds = value
            case "warm_cpu_us_per_event": result.warmCPUMicroseconds = value
            case "p50_ms": result.p50 = value
            case "p99_ms": result.p99 = value
            case "p999_ms": result.p999 = value
            case "rss_mb": result.residentMegabytes = Int(value)
            default: result.notes.append((name, value))
            }
        }
        return result.row
    }

    static let header =
        "workload               source    events  thr   events/s    cpu us  warm us   p50 ms   p99 ms  p999 ms  rss MB"
}

func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

/// The raw ceilings of a run, measured when they are first needed.
struct Ceilings {
    var fields: [(String, Double)] = []

    /// As further members of a JSON object, each with a comma before it.
    var json: String { fields.map { ",\"\($0.0)\":\(rounded($0.1))" }.joined() }

    /// What an fsync of little takes RocksDB at the moment: the disk of a shared machine changes from minute to minute.
    static func fsyncMilliseconds() -> Double {
        let directory = "\(Bench.base)/ceiling"
        defer { unsafe system("rm -rf '\(directory)'") }
        return unsafe ceiling_fsync(directory, 1_000)
    }
}

/// Counts durations by size, in 64 buckets to a power of two: within one and a half per cent, and between the ends of a bucket as if
/// its durations lay evenly.
final class LatencyHistogram: @unchecked Sendable {
    // Written by one thread, or by several with losses that do not matter; read when they are done.
    private var counts = [Int](repeating: 0, count: 64 * 64)
    private(set) var total = 0

    func record(nanoseconds: Int64) {
        let value = UInt64(max(64, nanoseconds))
        let exponent = 63 - value.leadingZeroBitCount
        counts[exponent * 64 + Int(value >> UInt64(exponent - 6)) & 63] += 1
        total += 1
    }

    /// The value below which that share lies, in milliseconds.
    func quantile(_ share: Double) -> Double {
        var left = Double(total) * share
        for (index, count) in counts.enumerated() where count > 0 {
            if left < Double(count) {
                let base = Double(UInt64(1) << UInt64(index / 64))
                return base * (1 + (Double(index % 64) + left / Double(count)) / 64) / 1e6
            }
            left -= Double(count)
        }
        return 0
    }
}
