public import Millrace
package import MillraceEngine

/// What there is to see.
extension TestApplication {
    /// A state value of an object, or `nil` where none is set.
    public func state<Target: KeyedService, Value>(
        of target: Target.Type, key: ObjectKey, _ name: StateKey<Value>
    ) throws -> Value? {
        try state(of: Target.serviceName, key: key)[name.name].map { try name.serde.value(of: $0) }
    }

    /// The state of an object, by name.
    public func state(of service: String, key: ObjectKey) throws -> [String: [UInt8]] {
        try engine?.state(service: service, key: key.bytes) ?? [:]
    }

    /// The journal of an invocation that waits, an entry a line, without values: what it did, and what happened to it. Empty for one
    /// that has not begun, has never waited, or has ended longer ago than its `journalRetention`.
    public func journal(of id: InvocationID) throws -> [String] { try engine?.journal(of: id) ?? [] }

    /// An invocation that has begun or failed, and has not ended.
    public struct OpenInvocation: Sendable {
        /// What it is doing.
        public enum State: Sendable, Equatable {
            /// Its handler waits for something.
            case waiting
            /// It failed, and is tried again at that time, in milliseconds since 1970.
            case backingOff(untilMilliseconds: Int64)
            /// It waits for a person, and its key with it.
            case parked
        }

        /// Its id.
        public let id: InvocationID
        /// Its service.
        public let service: String
        /// Its handler.
        public let handler: String
        /// Its object's key; empty for a service without keys.
        public let key: ObjectKey
        /// What it is doing.
        public let state: State
        /// How often it has failed since it last got further.
        public let attempts: Int
        /// What went wrong last, or an empty text.
        public let lastError: String
        /// How many invocations of its key stand in line behind it.
        public let behind: Int
    }

    /// The invocations that have begun or failed, and have not ended, sorted by service, key and id.
    public var openInvocations: [OpenInvocation] {
        let open = engine?.openInvocations ?? []
        return open.map { one in
            let state: OpenInvocation.State =
                switch one.state {
                case .ready, .waiting: .waiting
                case .backingOff(let until): .backingOff(untilMilliseconds: until)
                case .parked: .parked
                }
            return OpenInvocation(
                id: one.id, service: one.service, handler: one.handler, key: one.key, state: state,
                attempts: one.attempts, lastError: one.lastError, behind: one.behind)
        }.sorted { ($0.service, $0.key.description, "\($0.id)") < ($1.service, $1.key.description, "\($1.id)") }
    }

    /// Those of ``openInvocations`` that wait for a person.
    public var parkedInvocations: [OpenInvocation] { openInvocations.filter { $0.state == .parked } }

    /// What went wrong: failed attempts, parked keys, sends that ended with an error, misuse of contexts.
    public var failures: [String] { observer.failures }

    package var statistics: EngineStatistics? { engine?.statistics }
}
