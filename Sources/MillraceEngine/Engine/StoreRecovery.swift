import MillraceStore
import Synchronization

/// Reads what the shards' stores have to read before anything else, on several threads: it is most of a restart's time.
enum StoreRecovery {
    /// What was found for one shard.
    struct Found: Sendable {
        let recovery: ShardStore.Recovery
        let marks: [Watermarks.Stored]
    }

    /// The stores of one thread, which it has to itself until it is joined; that makes `@unchecked Sendable` true.
    private struct Share: @unchecked Sendable {
        let stores: [(index: Int, store: ShardStore)]
    }

    /// Recovers every store, and returns what was found in their order. With one thread that is the calling one.
    ///
    /// - Throws: the error of the first shard that has one.
    static func recover(_ stores: [ShardStore], threads: Int) throws(StoreError) -> [Found] {
        let count = max(1, min(threads, stores.count))
        let shares = (0..<count).map { thread in
            Share(stores: stores.enumerated().filter { $0.offset % count == thread }.map { ($0.offset, $0.element) })
        }
        let results = Results()
        let started = shares.dropFirst().map { share in
            (share: share, thread: OSThread(name: "millrace-recover") { results.recover(share) })
        }
        results.recover(shares[0])
        for (share, thread) in started {
            // Asked before: a thread that was waited for is not there any more.
            let isStarted = thread.isStarted
            thread.join()
            if !isStarted { results.recover(share) }
        }
        var found: [Found] = []
        for (_, result) in results.all.sorted(by: { $0.key < $1.key }) { found.append(try result.get()) }
        return found
    }

    private final class Results: Sendable {
        private let results = Mutex<[Int: Result<Found, StoreError>]>([:])

        var all: [Int: Result<Found, StoreError>] { results.withLock { $0 } }

        func recover(_ share: Share) {
            for (index, store) in share.stores {
                let result: Result<Found, StoreError>
                do throws(StoreError) {
                    let recovery = try store.recover()
                    result = .success(Found(recovery: recovery, marks: try Shard.storedWatermarks(of: store)))
                } catch {
                    result = .failure(error)
                }
                results.withLock { $0[index] = result }
            }
        }
    }
}
