import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// Who makes commits durable: the flusher's thread, or one that has nothing else to do.
struct FlusherTests {
    /// A flusher of a store whose syncs can be held, and take as long as is said.
    private struct Parts {
        let disk = HeldDisk(SimulatedDisk())
        let store: Store
        let host: EngineHost
        let flusher: Flusher

        init(syncNanoseconds: UInt64 = 200_000, _ configure: (inout EngineOptions) -> Void = { _ in }) {
            var options = EngineOptions()
            configure(&options)
            store = Store(disk: disk)
            host = EngineHost(store: store, shardCount: 1, observer: CollectingObserver(), sinks: [])
            // The clock is read at the beginning and at the end of each sync.
            let clock = Clock()
            flusher = Flusher(options: options, store: store, host: host) {
                clock.time.add(syncNanoseconds, ordering: .relaxed).newValue
            }
        }

        func commit() throws { _ = try store.commit(disk.makeBatch()) }
    }

    private final class Clock: Sendable { let time = Atomic<UInt64>(0) }

    /// Runs a flusher's thread until all that is committed is durable, and ends it.
    private func runOnce(_ parts: Parts) {
        parts.flusher.stop()
        OSThread(name: "flusher") { parts.flusher.run() }.join()
    }

    @Test func aThreadWithNothingElseToDoSyncsItselfWhereThatTakesNoTime() throws {
        let parts = Parts()
        try parts.commit()
        // Nobody knows yet how long it takes.
        #expect(!parts.flusher.syncHere())
        runOnce(parts)
        #expect(parts.store.durableCommit == 1)
        try parts.commit()
        #expect(parts.flusher.syncHere())
        #expect(parts.store.durableCommit == 2)
    }

    @Test func aSlowDiskIsLeftToTheFlusher() throws {
        let parts = Parts(syncNanoseconds: 5_000_000)
        try parts.commit()
        runOnce(parts)
        try parts.commit()
        #expect(!parts.flusher.syncHere())
        #expect(parts.store.durableCommit == 1)
    }

    @Test(arguments: [true, false]) func syncsAtIntervalsAreLeftToTheFlusher(releasesBeforeSync: Bool) throws {
        let parts = Parts {
            $0.syncIntervalMilliseconds = 1
            $0.releasesBeforeSync = releasesBeforeSync
        }
        try parts.commit()
        runOnce(parts)
        try parts.commit()
        #expect(!parts.flusher.syncHere())
    }

    @Test func nobodyWaitsForASyncThatIsUnderWay() throws {
        let parts = Parts()
        try parts.commit()
        runOnce(parts)
        try parts.commit()
        parts.disk.hold()
        let other = OSThread(name: "other") { #expect(parts.flusher.syncHere()) }
        parts.disk.waits.wait()
        #expect(!parts.flusher.syncHere())
        parts.disk.release()
        other.join()
        #expect(parts.store.durableCommit == 2)
    }

    /// What fails is left to the flusher, who knows whom to tell.
    @Test func aSyncThatFailsIsNotDone() throws {
        let disk = SimulatedDisk()
        let store = Store(disk: disk)
        let host = EngineHost(store: store, shardCount: 1, observer: CollectingObserver(), sinks: [])
        let flusher = Flusher(options: EngineOptions(), store: store, host: host)
        _ = try store.commit(disk.makeBatch())
        flusher.stop()
        OSThread(name: "flusher") { flusher.run() }.join()
        _ = try store.commit(disk.makeBatch())
        disk.fail(with: .failed(directory: "", reason: "broken"))
        #expect(!flusher.syncHere())
        #expect(store.durableCommit == 1)
        #expect(host.failure == nil)
    }
}
