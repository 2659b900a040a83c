import MillraceConfiguration
import MillraceEngine

extension SubscriptionDefinition {
    /// A subscription as the file says it, in the engine's terms.
    init(_ subscription: Subscription) {
        self.init(
            name: subscription.name, service: subscription.sink.service, handler: subscription.sink.handler,
            key: KeySelector(subscription.key), start: MillraceEngine.StartPosition(subscription.start),
            onError: MillraceEngine.ErrorPolicy(subscription.onError),
            onMissingOffset: MissingOffsetPolicy(subscription.onOffsetOutOfRange),
            maxQueuedRecords: subscription.maxQueuedRecords)
    }
}

extension KeySelector {
    init(_ key: KeySource) {
        self =
            switch key {
            case .record: .record
            case .header(let name): .header(name)
            case .unkeyed: .none
            case .json(let path):
                .json(
                    path.components.map { component in
                        switch component {
                        case .member(let name): .member(name)
                        case .index(let index): .element(index)
                        }
                    })
            }
    }
}

extension MillraceEngine.StartPosition {
    init(_ start: MillraceConfiguration.StartPosition) {
        self =
            switch start {
            case .earliest: .earliest
            case .latest: .latest
            case .timestamp(let milliseconds): .timestamp(milliseconds)
            case .offset(let offset): .offset(offset)
            }
    }
}

extension MissingOffsetPolicy {
    init(_ policy: OffsetOutOfRangePolicy) {
        self =
            switch policy {
            case .stop: .stop
            case .earliest: .earliest
            case .latest: .latest
            }
    }
}

extension MillraceEngine.ErrorPolicy {
    init(_ policy: MillraceConfiguration.ErrorPolicy) {
        let attempts: Int? =
            switch policy.retry.attempts {
            case .attempts(let count): count
            case .unlimited: nil
            }
        let then: End =
            switch policy.then {
            case .park: .park
            case .skip: .skip
            case .stop: .stop
            }
        self.init(
            initialMilliseconds: policy.retry.initial.wholeMilliseconds, factor: policy.retry.factor,
            maxMilliseconds: policy.retry.max.wholeMilliseconds, attempts: attempts, then: then)
    }
}
