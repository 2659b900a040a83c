import MillraceStore
import MillraceTelemetry

/// The figures of the process and of RocksDB under their names for Prometheus.
enum NodeMetrics {
    /// - Parameter startedMilliseconds: when the process started, since 1970.
    static func collectProcess(startedMilliseconds: Int64, into samples: inout MetricSamples) {
        let figures = ProcessFigures.now
        samples.gauge(
            "process_resident_memory_bytes", help: "Memory in RAM.", Double(figures.residentBytes))
        samples.gauge(
            "process_heap_bytes", help: "Memory that is allocated and not freed.", Double(figures.heapBytes))
        samples.gauge("process_virtual_memory_bytes", help: "Address space.", Double(figures.virtualBytes))
        samples.counter("process_cpu_seconds_total", help: "CPU time, user and system.", figures.cpuSeconds)
        samples.gauge("process_threads", help: "Threads.", Double(figures.threads))
        samples.gauge("process_open_fds", help: "Open files and sockets.", Double(figures.openFiles))
        samples.gauge(
            "process_start_time_seconds", help: "When the process started, since 1970.",
            Double(startedMilliseconds) / 1000)
    }

    static func collect(_ disk: RocksDisk, into samples: inout MetricSamples) {
        for (name, value) in disk.statistics() {
            samples.gauge(
                "millrace_rocksdb_\(name)", help: "RocksDB: \(name.split(separator: "_").joined(separator: " ")).",
                Double(value))
        }
    }
}
