import MillraceStore
import MillraceTelemetry
import Synchronization

/// Makes commits durable, a group of them at a time, and then lets out what waits for that.
///
/// It has a thread of its own, on which ``run()`` loops. A thread of shards that has nothing else to do makes its commit durable
/// itself, by ``syncHere()``: to wake the flusher, and be woken by it, takes about as long as a sync of a good disk. Any thread.
final class Flusher: Sendable {
    private let options: EngineOptions
    private let store: Store
    private let host: EngineHost
    private let now: @Sendable () -> UInt64
    /// Held from the beginning of a sync until what it made durable is out: what leaves, leaves in order.
    private let turn = Mutex<Void>(())
    private let stopping = Atomic<Bool>(false)
    /// How long a sync takes, in nanoseconds: an average of the last ones.
    private let usualNanoseconds = Atomic<UInt64>(UInt64.max)

    /// A thread of shards waits for no sync that is likely to take longer.
    private static let hereNanoseconds: UInt64 = 1_000_000

    /// - Parameter now: nanoseconds of a clock that never goes back.
    init(
        options: EngineOptions, store: Store, host: EngineHost,
        now: @escaping @Sendable () -> UInt64 = { EngineLatencies.now }
    ) {
        self.options = options
        self.store = store
        self.host = host
        self.now = now
    }

    /// Makes everything durable that is committed, on the calling thread, unless that would be a long wait or is being done
    /// already. Returns whether it was done.
    func syncHere() -> Bool {
        guard !options.releasesBeforeSync, options.syncIntervalMilliseconds == 0,
            usualNanoseconds.load(ordering: .relaxed) <= Self.hereNanoseconds
        else { return false }
        return turn.withLockIfAvailable { _ in
            // What went wrong, the flusher will meet too.
            (try? sync()) != nil
        } ?? false
    }

    /// What the flusher's thread does until ``stop()``.
    func run() {
        while true {
            let isLast = stopping.load(ordering: .acquiring)
            do throws(StoreError) {
                if options.releasesBeforeSync { releaseUnsynced() }
                try turn.withLock { _ throws(StoreError) in try sync() }
            } catch {
                guard error.isRetriable else { return host.fail(error) }
                if isLast { return }
                host.pause.wait(timeoutMilliseconds: 250)
                continue
            }
            if isLast { return }
            if store.latestCommit == store.durableCommit { host.flush.wait(timeoutMilliseconds: 1_000) }
            if options.syncIntervalMilliseconds > 0 { waitBetweenSyncs() }
        }
    }

    /// Ends ``run()`` after a last sync.
    func stop() {
        stopping.store(true, ordering: .releasing)
        host.flush.raise()
    }

    private func sync() throws(StoreError) {
        let start = now()
        if try store.syncOnce() {
            let taken = now() &- start
            host.latencies.sync.record(Double(taken) / 1e9)
            let usual = usualNanoseconds.load(ordering: .relaxed)
            usualNanoseconds.store(usual == .max ? taken : (usual * 7 + taken) / 8, ordering: .relaxed)
            if store.pendingWriteBacks > 0 || store.disk.wantsPreparation { host.writeBack.raise() }
        }
        host.durableChanged()
    }

    private func waitBetweenSyncs() {
        guard options.releasesBeforeSync else {
            return host.pause.wait(timeoutMilliseconds: options.syncIntervalMilliseconds)
        }
        let end = now() + UInt64(options.syncIntervalMilliseconds) * 1_000_000
        while !stopping.load(ordering: .acquiring) {
            releaseUnsynced()
            let now = now()
            guard now < end else { return }
            host.flush.wait(timeoutMilliseconds: Int((end - now) / 1_000_000) + 1)
        }
    }

    /// Lets go what is written and not synced.
    private func releaseUnsynced() {
        turn.withLock { _ in
            if store.acknowledgeWritten() { host.durableChanged() }
        }
    }
}
