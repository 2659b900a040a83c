/// Which keys have a queue that is only stored: its head waits, with nothing in memory but the hash of its key.
///
/// A million handlers that wait for months cost a few bytes each. That a hash is known says that a key may have such a queue; the header's row
/// says whether it has.
struct SuspendedQueues {
    private var hashes: Set<UInt64> = []
    /// For hashes that stand for more than one queue: how many more.
    private var more: [UInt64: Int] = [:]

    var isEmpty: Bool { hashes.isEmpty }

    func contains(_ hash: UInt64) -> Bool { hashes.contains(hash) }

    mutating func insert(_ hash: UInt64) {
        if !hashes.insert(hash).inserted { more[hash, default: 0] += 1 }
    }

    mutating func remove(_ hash: UInt64) {
        guard let others = more[hash] else {
            hashes.remove(hash)
            return
        }
        more[hash] = others > 1 ? others - 1 : nil
    }
}
