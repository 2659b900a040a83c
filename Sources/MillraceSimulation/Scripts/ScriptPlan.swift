import Millrace

/// How a run of scripts is made.
struct ScriptPlan {
    let seed: UInt64
    let keys: Int
    let rootCount: Int
    let sharedCount: Int
    let workflowCount: Int
    let failurePercent: Int
    let doomPercent: Int
    let othersPercent: Int
    /// How often people stop, cancel or restart something, of a hundred things that they do.
    let controlPercent: Int
    let onExhaustion: HandlerOptions.Exhaustion
    /// How many of a hundred steps never return at first.
    let hangPercent: Int
    let circleCount: Int
    /// How long the lists last that do not last for ever.
    let stateLife: Duration
    let journalRetention: Duration
    /// How long results are kept that have names.
    let resultRetention = Duration.seconds(12 * 3_600)
    let abortTimeout: Duration
    let deadlockAfter: Duration

    init(seed: UInt64) {
        var random = SimulationRandom(seed: seed ^ 0x6475_7261)
        self.seed = seed
        keys = random.pick([1, 3, 8])
        rootCount = random.pick([5, 12, 25])
        sharedCount = random.pick([0, 2, 4])
        workflowCount = random.pick([0, 1, 3])
        failurePercent = random.pick([0, 20, 40])
        doomPercent = random.pick([0, 10])
        othersPercent = random.pick([30, 60])
        controlPercent = random.pick([0, 15, 40])
        onExhaustion = random.pick([.pause, .kill])
        hangPercent = random.pick([0, 5, 15])
        circleCount = random.pick([0, 0, 2, 4])
        stateLife = .milliseconds(random.pick([200, 5_000, 100_000]))
        journalRetention = .seconds(random.pick([0, 1, 60, 6 * 3_600, 24 * 3_600]))
        abortTimeout = .milliseconds(random.pick([10, 1_000, 600_000]))
        deadlockAfter = .milliseconds(random.pick([20, 1_000, 5_000]))
    }
}
