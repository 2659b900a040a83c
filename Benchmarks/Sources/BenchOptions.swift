/// What the command line says.
struct BenchOptions {
    static let usage = """
        millrace-bench [--only NAME,…] [--kafka HOST:PORT --topic NAME] [--events N] [--keys N] [--threads N] [--json] [--quick]
                       [--no-ceilings] [--output FILE] [--memory MIB] [--storage NAME=VALUE]…
        millrace-bench --list
        With --kafka the records of a topic are read, by the workloads that take any records.
        Workloads: \(Workload.all.map(\.name).joined(separator: ", "))

        """
    var only: [String] = []
    var kafka: String?
    var topic: String?
    var events: Int?
    /// The number of keys of `grow`, instead of four of them.
    var keys: Int?
    var threads = 2
    var json = false
    /// Prints the workloads' names and does nothing.
    var lists = false
    var quick = false
    var skipsCeilings = false
    /// For children of the workload `restart` only.
    var restartLoad: String?
    var restartOpen: String?
    var output: String? = "Benchmarks/results/latest.jsonl"

    /// The bound of all memory of a data directory, as `storage.memory` of a configuration; shared out in the same way.
    var memoryBytes: Int?
    static let usualMemoryBytes = 512 << 20
    /// Options of RocksDB's, by their names.
    var storage: [String: String] = [:]

    init?(_ arguments: some Sequence<String>) {
        var iterator = arguments.makeIterator()
        while let argument = iterator.next() {
            switch argument {
            case "--only": only = (iterator.next() ?? "").split(separator: ",").map(String.init)
            case "--kafka": kafka = iterator.next()
            case "--topic": topic = iterator.next()
            case "--events": events = iterator.next().flatMap { Int($0) }
            case "--keys": keys = iterator.next().flatMap { Int($0) }
            case "--threads": threads = iterator.next().flatMap { Int($0) } ?? 2
            case "--memory": memoryBytes = iterator.next().flatMap { Int($0) }.map { $0 << 20 }
            case "--storage":
                let parts = (iterator.next() ?? "").split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                storage[String(parts[0])] = String(parts[1])
            case "--json": json = true
            case "--list": lists = true
            case "--quick": quick = true
            case "--no-ceilings": skipsCeilings = true
            case "--output": output = iterator.next()
            case "--restart-load": restartLoad = iterator.next()
            case "--restart-open": restartOpen = iterator.next()
            default: return nil
            }
        }
    }

    /// The number of events: as asked for, or the workload's own, or a tenth of it for a quick look.
    func count(_ own: Int) -> Int { events ?? (quick ? own / 10 : own) }
}
