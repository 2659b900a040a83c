/// What a second thread of shards brings.
extension Workload {
    static let scaling: [Workload] = [Workload(name: "two-threads") { try twoThreads($0) }]

    /// Workloads by one thread and by two, in turn, three times each: the medians of their rates, and the median of the pairs' ratios. On a
    /// machine of two cores the second one is not free: the source, the write-back and RocksDB have their share of it already.
    private static func twoThreads(_ options: BenchOptions) throws -> [Result] {
        // Looked for here: `all` holds this workload too.
        let workloads = (keyed + json).filter {
            ["count-hot", "aggregate-json-hot", "count-uniform"].contains($0.name)
        }
        return try workloads.flatMap { workload in
            var runs: [[Result]] = [[], []]
            for _ in 0..<3 {
                for threads in 1...2 {
                    var options = options
                    options.threads = threads
                    runs[threads - 1] += try workload.run(options).prefix(1)
                }
            }
            let ratios = zip(runs[0], runs[1]).map { $1.eventsPerSecond / $0.eventsPerSecond }.sorted()
            return runs.compactMap { (results: [Result]) -> Result? in
                guard var median = median(of: results) else { return nil }
                median.workload = "two-threads \(workload.name)"
                median.notes = median.threads == 2 ? [("times_one_thread", ratios[ratios.count / 2])] : []
                return median
            }
        }
    }

    private static func median(of results: [Result]) -> Result? {
        let sorted = results.sorted { $0.eventsPerSecond < $1.eventsPerSecond }
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }
}
