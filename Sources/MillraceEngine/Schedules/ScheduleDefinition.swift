package import MillraceSchedule

/// A handler that is invoked at times, with everything the engine needs to know about it.
package struct ScheduleDefinition: Sendable {
    /// The identity, which outlives changes of the settings: the last tick is stored under it.
    package var name: String
    package var timing: ScheduleTiming
    /// The service and the handler that are invoked.
    package var service: String
    package var handler: String
    /// The key, in which ``tickPlaceholder`` stands for the tick's time; empty for a service without keys.
    package var key: String
    /// What the handler gets, as it is.
    package var payload: [UInt8]
    package var catchUp: CatchUpPolicy

    package init(
        name: String, timing: ScheduleTiming, service: String, handler: String, key: String = "",
        payload: [UInt8] = [], catchUp: CatchUpPolicy = .last
    ) {
        self.name = name
        self.timing = timing
        self.service = service
        self.handler = handler
        self.key = key
        self.payload = payload
        self.catchUp = catchUp
    }

    /// What stands in a key for the tick's time.
    package static let tickPlaceholder = "{tick}"

    /// The key of a tick's invocation.
    func key(ofTick milliseconds: Int64) -> [UInt8] {
        Array(key.replacing(Self.tickPlaceholder, with: TickText.text(ofMilliseconds: milliseconds)).utf8)
    }
}

/// What becomes of ticks that were missed: those that are taken more than ``graceMilliseconds`` late, and those whose
/// successor is due as well.
package enum CatchUpPolicy: Sendable, Equatable {
    /// They are left out.
    case none
    /// The last one is made up for.
    case last
    /// All are made up for, in order, as far as they are among the latest ``maxTicks``.
    case all

    /// A tick that is taken within so long is on time.
    package static let graceMilliseconds: Int64 = 60_000
    /// How many ticks are made up for at most.
    package static let maxTicks = 1_000
}
