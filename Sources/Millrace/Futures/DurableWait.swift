/// What has to happen before a handler goes on: one result, or a combination of several.
package indirect enum DurableWait: Sendable, Equatable {
    case result(DurableID)
    /// The first that completes, whatever with.
    case first([DurableWait])
    /// All of them, whatever with.
    case all([DurableWait])
    /// The first that succeeds; or all have failed.
    case firstSuccess([DurableWait])
    /// All have succeeded; or one has failed.
    case allSuccess([DurableWait])
    /// The wait, or a failure when the timer completes before it.
    case timeout(DurableWait, timer: DurableID)
    /// It has failed before it began: before everything else.
    case failed

    /// How a combination was decided: when, and whether with a success.
    package struct Decision: Sendable {
        package let order: Int
        package let isSuccess: Bool

        package init(order: Int, isSuccess: Bool) {
            self.order = order
            self.isSuccess = isSuccess
        }
    }

    /// Decides the combination by the results that are there, or returns `nil` where more are needed.
    package func decide(_ outcome: (DurableID) -> Decision?) -> Decision? {
        switch self {
        case .result(let id): return outcome(id)
        case .failed: return Decision(order: -1, isSuccess: false)
        case .timeout(let wait, let timer):
            let decided = wait.decide(outcome)
            guard let expired = outcome(timer), expired.order < decided?.order ?? .max else { return decided }
            return Decision(order: expired.order, isSuccess: false)
        case .first(let children):
            return Self.earliest(children.compactMap { $0.decide(outcome) })
        case .all(let children):
            guard let decisions = Self.all(children, outcome) else { return nil }
            return Decision(order: decisions.map(\.order).max() ?? 0, isSuccess: true)
        case .firstSuccess(let children):
            if let success = Self.earliest(children.compactMap { $0.decide(outcome) }.filter(\.isSuccess)) {
                return success
            }
            guard let decisions = Self.all(children, outcome) else { return nil }
            return Decision(order: decisions.map(\.order).max() ?? 0, isSuccess: false)
        case .allSuccess(let children):
            if let failure = Self.earliest(children.compactMap { $0.decide(outcome) }.filter { !$0.isSuccess }) {
                return failure
            }
            guard let decisions = Self.all(children, outcome) else { return nil }
            return Decision(order: decisions.map(\.order).max() ?? 0, isSuccess: true)
        }
    }

    /// Whether a wait that is not decided cannot be without a result: nothing else that may come, a failure or a timer, decides it.
    package func needs(_ id: DurableID, _ outcome: (DurableID) -> Decision?) -> Bool {
        switch self {
        case .result(let own): return own == id
        case .failed, .timeout: return false
        case .all(let children): return children.contains { $0.decide(outcome) == nil && $0.needs(id, outcome) }
        case .first(let children), .firstSuccess(let children), .allSuccess(let children):
            let open = children.filter { $0.decide(outcome) == nil }
            return !open.isEmpty && open.allSatisfy { $0.needs(id, outcome) }
        }
    }

    private static func earliest(_ decisions: some Sequence<Decision>) -> Decision? {
        decisions.min { $0.order < $1.order }
    }

    private static func all(_ children: [DurableWait], _ outcome: (DurableID) -> Decision?) -> [Decision]? {
        var decisions: [Decision] = []
        decisions.reserveCapacity(children.count)
        for child in children {
            guard let decision = child.decide(outcome) else { return nil }
            decisions.append(decision)
        }
        return decisions
    }

    /// Visits every result that the combination is made of.
    package func forEachID(_ body: (DurableID) -> Void) {
        switch self {
        case .result(let id): body(id)
        case .failed: break
        case .timeout(let wait, let timer):
            wait.forEachID(body)
            body(timer)
        case .first(let children), .all(let children), .firstSuccess(let children), .allSuccess(let children):
            for child in children { child.forEachID(body) }
        }
    }
}
