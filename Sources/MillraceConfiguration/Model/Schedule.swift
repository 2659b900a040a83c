public import MillraceSchedule

/// A handler that is invoked at times.
public struct Schedule: Sendable, Equatable {
    /// The name, unique and stable: the last tick is stored under it, and metrics and logs show it.
    public var name: String
    /// When it ticks.
    public var timing: ScheduleTiming
    /// The handler that is invoked.
    public var sink: SubscriptionSink
    /// The key, in which ``tickPlaceholder`` stands for the tick's time; `nil` for services without keys.
    public var key: String?
    /// What the handler gets, as it is; empty for nothing.
    public var payload: String
    /// What becomes of ticks that were missed.
    public var catchUp: CatchUp

    /// What becomes of ticks that fell while the process was down or overloaded.
    public enum CatchUp: String, Sendable, CaseIterable {
        /// They are left out.
        case none
        /// The last one is made up for.
        case last
        /// All are made up for, in order, the latest thousand at most.
        case all
    }

    /// What stands in a key for the tick's time, as in `2026-03-29T01:00:00Z`.
    public static let tickPlaceholder = "{tick}"

    /// A schedule.
    public init(
        name: String, timing: ScheduleTiming, sink: SubscriptionSink, key: String? = nil, payload: String = "",
        catchUp: CatchUp = .last
    ) {
        self.name = name
        self.timing = timing
        self.sink = sink
        self.key = key
        self.payload = payload
        self.catchUp = catchUp
    }
}
