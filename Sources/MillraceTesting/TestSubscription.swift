public import Millrace
import MillraceConfiguration
import MillraceEngine

/// How records reach a handler in a test, as a subscription in the YAML file says it.
public struct TestSubscription: Sendable {
    /// Where a record's key comes from.
    public enum Key: Sendable {
        /// The record's own key.
        case record
        /// The last header of a name.
        case header(String)
        /// A member of the JSON value, by its path: `$.user.id`.
        case json(String)
        /// No key: for services without keys.
        case none
    }

    /// What happens to a record whose handler has failed as often as it may.
    public enum End: Sendable {
        /// Its key waits for a person.
        case park
        /// It is dropped.
        case skip
    }

    let service: String
    let handler: String
    let key: Key
    let attempts: Int?
    let end: End

    /// A subscription of a handler.
    ///
    /// - Parameters:
    ///   - attempts: how often a record's handler is tried in all; `nil` is without end.
    ///   - end: what comes after the last attempt, or at once where the error is a ``TerminalError``.
    public init<Target: DurableService>(
        to target: Target.Type, _ handler: String, key: Key, attempts: Int? = 20, then end: End = .park
    ) {
        service = Target.serviceName
        self.handler = handler
        self.key = key
        self.attempts = attempts
        self.end = end
    }

    var definition: SubscriptionDefinition {
        get throws {
            let selector: KeySelector
            switch key {
            case .record: selector = .record
            case .none: selector = .none
            case .header(let name): selector = .header(name)
            case .json(let text):
                do {
                    selector = .json(
                        try JSONPath(parsing: text).components.map {
                            switch $0 {
                            case .member(let name): .member(name)
                            case .index(let index): .element(index)
                            }
                        })
                } catch {
                    throw TestError.badKey(text, reason: "\(error)")
                }
            }
            return SubscriptionDefinition(
                name: "\(service)/\(handler)", service: service, handler: handler, key: selector,
                onError: ErrorPolicy(attempts: attempts, then: end == .skip ? .skip : .park))
        }
    }
}
