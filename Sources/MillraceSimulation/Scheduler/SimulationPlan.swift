import Millrace
import MillraceEngine
import MillraceSchedule
import MillraceStore

/// What a seed decides beforehand: the size of everything, which faults there are and how often, what the policies are.
///
/// Seeds differ much from each other, so that together they cover what no single mixture would: a run without
/// write-back, one that writes back all the time, one with a single shard, one that crashes at every other step.
struct SimulationPlan: CustomStringConvertible {
    let seed: UInt64
    let kind: ScenarioKind
    /// What scripts there are, in runs of that kind.
    let scripts: ScriptPlan
    let shardCount: Int
    let threads: Int
    let topics: [Workload.Topic]
    let keys: Int
    let recordCount: Int
    let crashCount: Int

    let effectPercent: Int
    let failurePercent: Int
    let doomPercent: Int
    let waitPercent: Int
    let clearPercent: Int
    let cancelPercent: Int

    let hasRetention: Bool
    let hasDiskFull: Bool
    /// Other threads take steps between a commit's write and what follows it.
    let hasInterleaving: Bool
    let ends: [ErrorPolicy.End]
    let defaultEnd: ErrorPolicy.End
    let weights: [Step: Int]
    let schedules: [ScheduleDefinition]
    let writeBytes: Int
    private let shardLimits: ShardLimits
    private let limits: EngineLimits

    init(seed: UInt64, kind: ScenarioKind = .records) {
        self.kind = kind
        scripts = ScriptPlan(seed: seed)
        var random = SimulationRandom(seed: seed ^ 0x706c_616e)
        self.seed = seed
        shardCount = random.pick([1, 2, 3, 5, 8])
        threads = random.within(1...3)
        let services: [String] =
            switch kind {
            case .records: [AuditedServices.ledger, AuditedServices.bag, AuditedServices.relay]
            case .scripts: [ScriptedServices.desks[0], ScriptedServices.workflow, ScriptedServices.courier]
            }
        var topics = zip(["a", "b", "c"], services).map {
            Workload.Topic(name: $0, service: $1, partitions: random.within(1...3))
        }
        if random.chance(40) { topics.remove(at: random.below(3)) }
        self.topics = topics
        keys = random.pick([2, 5, 12])
        recordCount = random.pick([20, 60, 120])
        crashCount = random.pick([0, 1, 2, 4, 8])
        effectPercent = random.pick([10, 40, 60])
        failurePercent = random.pick([0, 5, 25])
        doomPercent = random.pick([0, 0, 2, 5])
        waitPercent = random.pick([0, 10, 30])
        clearPercent = random.pick([0, 10])
        cancelPercent = random.pick([0, 50])
        hasRetention = random.chance(20)
        hasDiskFull = random.chance(25)
        hasInterleaving = random.chance(50)
        ends = topics.map { _ in random.pick([.park, .park, .skip, .stop]) }
        defaultEnd = random.pick([.park, .skip])
        writeBytes = random.pick([1, 100, 2_000, 256 << 10])
        shardLimits = ShardLimits(
            overlayBytes: random.pick([1_000, 4_000, 20_000, 1 << 20]),
            blockBytes: random.pick([2_000, 20_000, 1 << 20]),
            overlayMilliseconds: Int64(random.pick([10, 1_000, 100_000])),
            tableBytes: random.pick([2_000, 8_000, 50_000, 1 << 20]))
        var limits = EngineLimits()
        limits.turnInvocations = random.pick([2, 10, 4_096])
        limits.timersInMemory = random.pick([2, 6, 1_000])
        limits.maxUndeliveredBytes = random.pick([100, 1 << 20])
        // A step of weight 0 happens only in the end.
        var weights: [Step: Int] = [:]
        for step in Step.allCases where step != .act { weights[step] = step.usualWeight * random.pick([1, 1, 2, 4]) }
        if random.chance(15) { weights[.startWriteBack] = 0 }
        if random.chance(10) { weights[.acknowledge] = 0 }
        if kind == .scripts {
            weights[.act] = Step.act.usualWeight * random.pick([1, 2])
            limits.inactivityTimeout = .milliseconds(random.pick([1, 50, 2_000, 60_000]))
            limits.loadedInvocations = random.pick([1, 3, 1_024])
            limits.abortTimeout = scripts.abortTimeout
            limits.deadlockAfter = scripts.deadlockAfter
            limits.journalRetention = scripts.journalRetention
            limits.idempotencyRetention = scripts.resultRetention
            limits.workflowRetention = scripts.resultRetention
        }
        self.limits = limits
        self.weights = weights
        schedules = (0..<(kind == .records ? random.pick([0, 1, 4]) : 0)).map { number in
            ScheduleDefinition(
                name: "clock-\(number)", timing: .every(milliseconds: Int64(random.pick([5_000, 20_000, 60_000]))),
                service: AuditedServices.clock, handler: AuditedServices.handler, key: "clock-\(number)", catchUp: .all)
        }
    }

    /// How long a step may run.
    var stepMilliseconds: Int64 {
        limits.inactivityTimeout.wholeMilliseconds + limits.abortTimeout.wholeMilliseconds
    }

    /// When nothing else happens, a ring has been found after so long.
    var searchMilliseconds: Int64 { max(120_000, 40 * limits.deadlockAfter.wholeMilliseconds) }

    var options: EngineOptions {
        var options = EngineOptions()
        options.shardCount = shardCount
        options.threads = threads
        options.ownShardLimits = shardLimits
        options.limits = limits
        options.defaultPolicy = policy(defaultEnd)
        options.limits.retry = RetryPolicy(
            initial: .milliseconds(10), factor: 3, maxInterval: .seconds(2),
            maxAttempts: kind == .scripts ? nil : 5)
        options.limits.onExhaustion = defaultEnd == .skip ? .kill : .pause
        return options
    }

    var subscriptions: [SubscriptionDefinition] {
        zip(topics, ends).map { topic, end in
            SubscriptionDefinition(
                name: "from-\(topic.name)", service: topic.service, handler: AuditedServices.handler,
                key: isWithoutKeys(topic.service) ? .none : .record, onError: policy(end),
                onMissingOffset: .earliest, maxInFlightRecords: 20, maxInFlightBytes: 2_000)
        }
    }

    private func isWithoutKeys(_ service: String) -> Bool {
        service == AuditedServices.relay || service == ScriptedServices.courier
    }

    private func policy(_ end: ErrorPolicy.End) -> ErrorPolicy {
        ErrorPolicy(
            initialMilliseconds: 10, factor: 3, maxMilliseconds: 2_000, attempts: kind == .scripts ? nil : 5, then: end)
    }

    var description: String {
        """
        seed \(seed) of \(kind): \(shardCount) shards on \(threads) threads, topics \(topics.map { "\($0.name)×\($0.partitions)" }), \
        \(keys) keys, \(recordCount) records, \(crashCount) crashes, ends \(ends) default \(defaultEnd), \
        retention \(hasRetention), disk full \(hasDiskFull), interleaving \(hasInterleaving), write bytes \(writeBytes), \
        schedules \(schedules.map { "\($0.timing)" }), \
        \(shardLimits)\(kind == .scripts ? ", \(scripts), memory for \(limits.loadedInvocations) or \(limits.inactivityTimeout)" : "")
        """
    }
}
