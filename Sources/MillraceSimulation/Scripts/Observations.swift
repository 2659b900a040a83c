import Millrace

/// What handlers saw, by invocation and label, and when that became durable: a replay must see the same.
///
/// What is seen in a turn is committed with it. A crash may lose what was not durable: then it is forgotten here, too.
final class Observations {
    struct Seen {
        let value: String
        /// Something in it has come by a later commit of this life than this one.
        var sentAfter: UInt64?
        /// The commit that holds it; `nil` where its turn has not been committed.
        var commit: UInt64?
        /// It stays when the attempt fails.
        let isKept: Bool
    }

    private var seen: [InvocationID: [String: Seen]] = [:]
    /// By group of shards: what its uncommitted turn has added.
    private var open: [Int: [(id: InvocationID, label: String)]] = [:]
    /// The group that has a turn.
    private var group = 0

    func beginTurn(of group: Int) { self.group = group }

    /// Notes what was seen. Returns what was seen before, where it differs.
    func note(
        _ id: InvocationID, _ label: String, _ value: String, sentAfter: UInt64? = nil, isKept: Bool = false
    ) -> String? {
        if let before = seen[id]?[label] {
            // What is not committed yet may have been taken back.
            if before.commit == nil, !before.isKept {
                seen[id]?[label] = Seen(
                    value: value, sentAfter: sentAfter, commit: nil, isKept: isKept)
                return nil
            }
            return before.value == value ? nil : before.value
        }
        seen[id, default: [:]][label] = Seen(
            value: value, sentAfter: sentAfter, commit: nil, isKept: isKept)
        open[group, default: []].append((id, label))
        return nil
    }

    /// What is known to have been seen, and cannot be taken back.
    func value(_ id: InvocationID, _ label: String) -> String? {
        guard let known = seen[id]?[label], known.commit != nil || known.isKept else { return nil }
        return known.value
    }

    /// The commit that holds what was seen; `nil` where there is none, or none yet.
    func commit(_ id: InvocationID, _ label: String) -> UInt64? { seen[id]?[label]?.commit }

    func has(_ id: InvocationID, _ label: String) -> Bool { seen[id]?[label] != nil }

    func isKnown(_ id: InvocationID) -> Bool { seen[id]?.values.contains { $0.commit != nil } ?? false }

    /// The labels, among those that fit, of what has come and cannot be durable when commits are up to this one.
    func undurable(_ id: InvocationID, by durable: UInt64, where fits: (String) -> Bool) -> [String] {
        (seen[id] ?? [:]).filter { label, known in
            fits(label) && known.sentAfter.map { durable <= $0 } ?? false
        }.keys.sorted()
    }

    /// An attempt has failed: what its turn saw is taken back.
    func takeBack(_ id: InvocationID) {
        for (label, known) in seen[id] ?? [:] where known.commit == nil && !known.isKept { seen[id]?[label] = nil }
    }

    /// Somebody starts the invocation anew.
    func forget(_ id: InvocationID) { seen[id] = nil }

    func committed(_ group: Int, as commit: UInt64) {
        for (id, label) in open.removeValue(forKey: group) ?? [] where seen[id]?[label]?.commit == nil {
            seen[id]?[label]?.commit = commit
        }
    }

    func crashed(durable: UInt64) {
        open = [:]
        for (id, labels) in seen {
            for (label, known) in labels {
                if known.commit ?? .max > durable {
                    seen[id]?[label] = nil
                } else {
                    // The next life counts its commits from the front.
                    seen[id]?[label]?.commit = 0
                    seen[id]?[label]?.sentAfter = nil
                }
            }
        }
    }
}
