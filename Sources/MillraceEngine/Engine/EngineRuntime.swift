import MillraceStore
import Synchronization

/// The threads of a running engine: one for each group of shards, one that fsyncs, one that writes back, one that watches the
/// groups'.
final class EngineRuntime: Sendable {
    /// A group with its mailbox and thread; the group itself is touched by that thread alone.
    private final class Lane: @unchecked Sendable {
        let group: ShardGroup
        let mailbox = Mailbox()
        let overload = Atomic<Bool>(false)

        init(group: ShardGroup) { self.group = group }
    }

    private let options: EngineOptions
    private let store: Store
    private let clock: any EngineClock
    private let observer: any EngineObserver
    private let host: EngineHost
    private let lanes: [Lane]
    private let threads = Mutex<[OSThread]>([])
    private let flusher: Flusher
    private let flushing = Mutex<OSThread?>(nil)
    private let writer = Mutex<OSThread?>(nil)
    private let watcher = Mutex<OSThread?>(nil)
    private let stopping = Atomic<Bool>(false)
    private let stopWriters = Atomic<Bool>(false)
    private let stopWatch = Signal()
    private let isWatchStopped = Atomic<Bool>(false)

    init(
        options: EngineOptions, store: Store, clock: any EngineClock, observer: any EngineObserver, host: EngineHost,
        shards: [Shard]
    ) {
        self.options = options
        self.store = store
        self.clock = clock
        self.observer = observer
        self.host = host
        flusher = Flusher(options: options, store: store, host: host)
        let layout = ShardLayout(shards, threads: options.threads)
        lanes = layout.groups.map { Lane(group: ShardGroup(shards: $0, store: store, exchange: host)) }
        host.setMailboxes(
            lanes.map { $0.mailbox }, lanes.map { $0.group.durabilityWait }, groupOfShard: layout.groupOfShard)
    }

    func start(resending outputs: [Shard.Outputs]) {
        flushing.withLock { $0 = OSThread(name: "millrace-flush") { self.flusher.run() } }
        writer.withLock { $0 = OSThread(name: "millrace-write") { self.runWriter() } }
        watcher.withLock { $0 = OSThread(name: "millrace-watch") { self.runWatch() } }
        lanes.first?.group.resend(outputs)
        host.flush.raise()
        threads.withLock { threads in
            for (index, lane) in lanes.enumerated() {
                threads.append(OSThread(name: "millrace-shard\(index)") { self.run(lane) })
            }
        }
    }

    /// Ends the shards' threads after their last commit, makes everything durable, lets the sinks deliver, and ends the rest.
    func stop(sinks: [any RecordSink], drainMilliseconds: Int) {
        stopping.store(true, ordering: .releasing)
        for lane in lanes { lane.mailbox.signal.raise() }
        for thread in threads.withLock({ $0 }) { thread.join() }
        isWatchStopped.store(true, ordering: .releasing)
        stopWatch.raise()
        watcher.withLock { $0 }?.join()
        stopWriters.store(true, ordering: .releasing)
        flusher.stop()
        host.writeBack.raise()
        flushing.withLock { $0 }?.join()
        for sink in sinks { sink.stop(drainMilliseconds: drainMilliseconds) }
        writer.withLock { $0 }?.join()
        storeDeliveries()
        // After a failure there may be some: records refer to their intake, and so to the mailbox that they are in.
        for lane in lanes { lane.mailbox.removeAll() }
    }

    /// Notes what the sinks have acknowledged while they were being stopped.
    private func storeDeliveries() {
        guard host.failure == nil else { return }
        do throws(StoreError) {
            for lane in lanes {
                for shard in lane.group.shards { shard.executor.adoptCurrentThread() }
                try lane.group.storeDeliveries(lane.mailbox.take(inputs: lane.mailbox.count))
            }
            _ = try store.syncOnce()
        } catch {
            observer.warning("what was emitted last is sent again by the next run: \(error)")
        }
    }

    // MARK: The shards' threads

    private func run(_ lane: Lane) {
        for shard in lane.group.shards { shard.executor.adoptCurrentThread() }
        defer { for shard in lane.group.shards { shard.releaseAll() } }
        while host.failure == nil {
            let isStopping = stopping.load(ordering: .acquiring)
            let inputs = lane.mailbox.take(records: options.limits.turnRecords)
            let now = clock.nowMilliseconds
            do throws(StoreError) {
                try lane.group.turn(inputs, now: now)
            } catch {
                guard retryCommit(lane.group, after: error) else { return }
            }
            host.finished(inputs: inputs.count)
            let records = measure(inputs, of: lane)
            if let news = lane.group.takeNews() { makeDurable(news, of: lane, records: records) }
            updateOverload(lane)
            if store.pendingWriteBacks > 0 { host.writeBack.raise() }
            if isStopping, inputs.isEmpty { return }
            if inputs.isEmpty {
                let wake = lane.group.nextWake(now: clock.nowMilliseconds)
                let wait = wake.map { max(0, min($0 - clock.nowMilliseconds, 1_000)) } ?? 1_000
                if wait > 0 { lane.mailbox.signal.wait(timeoutMilliseconds: Int(wait)) }
            }
        }
    }

    /// Has what a turn decided made durable: here, where the thread has nothing to do meanwhile, else by the flusher.
    private func makeDurable(_ news: ShardGroup.News, of lane: Lane, records: Int) {
        // A thread that gets many records at a time is about to get more.
        if news == .awaited, records <= Self.fewRecords, lane.mailbox.count == 0,
            !lane.group.hasWork(now: clock.nowMilliseconds), !stopping.load(ordering: .acquiring), flusher.syncHere()
        {
            return
        }
        host.flush.raise()
    }

    private static let fewRecords = 64

    /// Notes the latency of a turn's records, and returns how many they were.
    private func measure(_ inputs: [ShardGroup.Input], of lane: Lane) -> Int {
        guard !inputs.isEmpty else { return 0 }
        let commit = store.latestCommit
        let now = EngineLatencies.now
        var count = 0
        for case .records(let batch, _) in inputs {
            let records = lane.group.recordCount(of: batch)
            host.latencies.didCommit(batch, records: records, commit: commit, now: now)
            count += records
        }
        return count
    }

    private func updateOverload(_ lane: Lane) {
        let isOverloaded = lane.group.isOverloaded
        if isOverloaded != lane.overload.exchange(isOverloaded, ordering: .relaxed) {
            host.setOverloaded(lanes.contains { $0.overload.load(ordering: .relaxed) })
        }
    }

    /// Tries a commit again while the disk is full. Returns false when the engine has to stop.
    private func retryCommit(_ group: ShardGroup, after error: StoreError) -> Bool {
        var error = error
        observer.storageBlocked(StoreFailure(message: error.description))
        while error.isRetriable {
            host.pause.wait(timeoutMilliseconds: 250)
            if stopping.load(ordering: .acquiring) { return false }
            do throws(StoreError) {
                try group.commit()
                observer.storageUnblocked()
                return true
            } catch let next {
                error = next
            }
        }
        host.fail(error)
        return false
    }

    // MARK: The watch

    private func runWatch() {
        guard let services = lanes.first?.group.shards.first?.services else { return }
        var watch = BlockedHandlerWatch(
            lanes.map { $0.group.running }, services: services, limitMilliseconds: options.blockedAfterMilliseconds,
            now: Self.steadyMilliseconds)
        while !isWatchStopped.load(ordering: .acquiring) {
            stopWatch.wait(timeoutMilliseconds: watch.pauseMilliseconds)
            let events = watch.look(now: Self.steadyMilliseconds)
            host.report(events, blockedThreads: watch.blockedThreads)
        }
    }

    /// Of a clock that never goes back: nobody is blocked because somebody sets the time.
    private static var steadyMilliseconds: Int64 { Int64(EngineLatencies.now / 1_000_000) }

    // MARK: The writer-back

    private func runWriter() {
        let batch = store.disk.makeBatch()
        var isMaintained = false
        while !stopWriters.load(ordering: .acquiring) {
            // What fails, for want of room, is tried again when the thread wakes next.
            if !isMaintained { isMaintained = (try? store.disk.beginMaintenance()) != nil }
            if store.disk.wantsPreparation { store.disk.prepare() }
            guard let job = store.nextWriteBack() else {
                host.writeBack.wait(timeoutMilliseconds: 1_000)
                continue
            }
            var run = WriteBackRun(job, on: store.disk, batch: batch)
            while true {
                do throws(StoreError) {
                    if try run.step() {
                        store.wroteBack(run)
                        break
                    }
                } catch {
                    guard error.isRetriable else { return host.fail(error) }
                    host.pause.wait(timeoutMilliseconds: 250)
                }
                if stopWriters.load(ordering: .acquiring) { return }
            }
        }
    }
}
