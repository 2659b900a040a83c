import Glibc

/// What the threads of a process have used so far, by what they do.
struct ThreadUsage {
    private var microseconds: [String: Double] = [:]

    static func now() -> ThreadUsage {
        var usage = ThreadUsage()
        guard let folder = unsafe opendir("/proc/self/task") else { return usage }
        defer { unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let id = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name = words(of: "/proc/self/task/\(id)/comm").first,
                let nanoseconds = words(of: "/proc/self/task/\(id)/schedstat").first.flatMap({ Double($0) })
            else { continue }
            usage.microseconds[role(ofThread: name), default: 0] += nanoseconds / 1000
        }
        return usage
    }

    /// What each did since then, an event, in microseconds.
    func since(_ begin: ThreadUsage, events: Int) -> [(String, Double)] {
        microseconds.map { role, end in (role + "_us", (end - (begin.microseconds[role] ?? 0)) / Double(events)) }
            .filter { $0.1 >= 0.005 }.sorted { $0.0 < $1.0 }
    }

    private static func role(ofThread name: String) -> String {
        if name.hasPrefix("millrace-shard") { return "shards" }
        if name.hasPrefix("millrace-flush") { return "flusher" }
        if name.hasPrefix("millrace-write") { return "writeback" }
        if name.hasPrefix("rocksdb") { return "rocksdb" }
        if name.hasPrefix("rdk") { return "librdkafka" }
        return "source"
    }

    static func words(of path: String) -> [String] {
        guard let file = unsafe fopen(path, "r") else { return [] }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard unsafe fgets(&line, 128, file) != nil else { return [] }
        return String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split {
            $0 == " " || $0 == "\n"
        }.map { String($0) }
    }
}
