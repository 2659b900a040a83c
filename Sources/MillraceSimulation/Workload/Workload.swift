/// Makes the records of a run, and all that follows from them: which key, which effects, which failures.
final class Workload {
    /// A topic, the service it goes to, and its partitions.
    struct Topic {
        let name: String
        let service: String
        let partitions: Int
    }

    private let plan: SimulationPlan
    private var random: SimulationRandom
    /// All commands made so far, by id.
    private(set) var commands: [String: Command] = [:]
    /// Ids of the records' commands, in the order in which they were made.
    private(set) var roots: [String] = []
    private var numbers: [String: Int] = [:]
    /// Delayed commands that an object may cancel.
    private var cancellable: [Target: [String]] = [:]

    init(_ plan: SimulationPlan) {
        self.plan = plan
        random = SimulationRandom(seed: plan.seed ^ 0x776f_726b)
    }

    var isFinished: Bool { roots.count >= plan.recordCount }

    /// The next record: its topic, its partition, and its command.
    func next() -> (topic: Topic, partition: Int, command: Command) {
        let topic = random.pick(plan.topics)
        let partition = random.below(topic.partitions)
        let place = "\(topic.name)\(partition)"
        let number = numbers[place, default: 0]
        numbers[place] = number + 1
        let id = "\(place).\(number)"
        let target = Target(service: topic.service, key: topic.service == AuditedServices.relay ? "" : key())
        let command = make(id, target, depth: 0)
        roots.append(id)
        return (topic, partition, command)
    }

    /// Some keys are hit much more often than others.
    private func key() -> String { "k\(min(random.below(plan.keys), random.below(plan.keys)))" }

    private func target() -> Target {
        let service = random.pick(plan.topics).service
        return Target(service: service, key: service == AuditedServices.relay ? "" : key())
    }

    private func make(_ id: String, _ target: Target, depth: Int) -> Command {
        var command = Command(id: id, target: target)
        let isRelay = target.service == AuditedServices.relay
        if depth < 3 {
            while random.chance(depth == 0 ? plan.effectPercent : plan.effectPercent / 2), command.effects.count < 4 {
                addEffect(to: &command, depth, isRelay: isRelay)
            }
        }
        if random.chance(plan.failurePercent) {
            command.failure = .times(random.within(1...3))
            command.failsLate = random.chance(70)
        } else if random.chance(plan.doomPercent) {
            command.failure = random.chance(50) ? .always : .terminally
            command.failsLate = random.chance(70)
        }
        if target.service != AuditedServices.ledger {
            if random.chance(plan.waitPercent) { command.waitsBefore = random.within(1...2) }
            if random.chance(plan.waitPercent) { command.waitsAfter = random.within(1...2) }
        }
        if !isRelay {
            if random.chance(10) { command.paddingBytes = random.pick([-1, 10, 900, 1_500, 5_000]) }
            if target.service == AuditedServices.bag { command.clears = random.chance(plan.clearPercent) }
        }
        command.looksFirst = random.chance(50)
        commands[id] = command
        return command
    }

    private func addEffect(to command: inout Command, _ depth: Int, isRelay: Bool) {
        let id = "\(command.id)/\(command.effects.count)"
        switch random.below(10) {
        case 0..<3:
            _ = make(id, target(), depth: depth + 1)
            command.effects.append(.send(id))
        case 3..<6:
            let target = random.chance(40) && !isRelay ? command.target : target()
            let milliseconds = random.pick([1, 5, 50, 50, 500, 5_000, 100_000])
            _ = make(id, target, depth: depth + 1)
            commands[id]?.delayMilliseconds = milliseconds
            let isCancellable = !isRelay && random.chance(plan.cancelPercent)
            if isCancellable { cancellable[command.target, default: []].append(id) }
            command.effects.append(.later(id, milliseconds: milliseconds, isCancellable: isCancellable))
        case 6..<8 where !(cancellable[command.target] ?? []).isEmpty:
            guard let known = cancellable[command.target], let cancelled = commands[random.pick(known)] else { return }
            var notice = Command(id: id, target: cancelled.target)
            notice.noticeOf = cancelled.id
            commands[id] = notice
            command.effects.append(.cancel(cancelled.id, notice: id))
        default: command.effects.append(.emit("\(id)!"))
        }
    }
}
