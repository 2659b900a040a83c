import Synchronization

/// What stand-ins of other systems were asked for, in order.
final class Notes: Sendable {
    private let stored = Mutex<[String]>([])

    var lines: [String] { stored.withLock { $0 } }

    /// Adds a line, and says how often it has been added.
    @discardableResult
    func add(_ line: String) -> Int {
        stored.withLock { lines in
            lines.append(line)
            return lines.count { $0 == line }
        }
    }

    func count(of line: String) -> Int { lines.count { $0 == line } }

    /// The lines, each once: what systems see that bear being asked twice.
    var distinct: [String] {
        var seen: Set<String> = []
        return lines.filter { seen.insert($0).inserted }
    }
}
