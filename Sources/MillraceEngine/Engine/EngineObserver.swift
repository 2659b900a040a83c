package import Millrace

/// What the engine tells the process that runs it, for logs. Called from the engine's threads; must return soon.
package protocol EngineObserver: AnyObject, Sendable {
    /// A source's state has changed; without a partition it is the subscription's as a whole.
    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus)
    /// An invocation failed and will be tried again.
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64)
    /// A key waits for a person.
    func keyParked(_ event: FailureEvent)
    /// A record or an invocation was dropped, by its subscription's policy.
    func recordSkipped(_ event: FailureEvent)
    /// An invocation ended with an error of which nobody else is told: it was sent, or started by a schedule.
    func invocationFailed(_ event: TerminalFailureEvent)
    /// A schedule has been set up or taken away, or has missed ticks.
    func schedule(_ event: ScheduleEvent)
    /// A handler holds its thread for too long, still does, or has let it go.
    func handlerBlocked(_ event: BlockedHandlerEvent)
    /// A context was used where it must not be, or a stored row could not be read.
    func warning(_ message: String)
    /// The disk is full; the engine tries again until there is room.
    func storageBlocked(_ error: StoreFailure)
    /// There is room again.
    func storageUnblocked()
    /// The storage failed; the engine has stopped.
    func storageFailed(_ error: StoreFailure)
}

extension EngineObserver {
    /// Nothing, for those who have no use for it.
    package func schedule(_ event: ScheduleEvent) {}

    /// Nothing, for those who have no use for it.
    package func invocationFailed(_ event: TerminalFailureEvent) {}
}

/// A failure of the storage, in words.
package struct StoreFailure: Sendable {
    package let message: String
}

/// An invocation that failed.
package struct FailureEvent: Sendable {
    package let service: String
    package let handler: String
    package let key: ObjectKey
    /// `topic/partition@offset`, where the invocation came from a record.
    package let source: String?
    package let attempts: Int
    package let error: String
}

/// An invocation that ended with an error, and for whose result nobody waited.
package struct TerminalFailureEvent: Sendable {
    package let invocation: InvocationID
    package let service: String
    package let handler: String
    package let key: ObjectKey
    package let error: TerminalError
}
