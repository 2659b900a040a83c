/// What there is to tell about a schedule.
package struct ScheduleEvent: Sendable {
    package enum Kind: Sendable, Equatable {
        /// It runs for the first time.
        case new
        /// It goes on after a restart.
        case resumed
        /// It ticks at other times than before; old ticks are not made up for.
        case changed
        /// It is not configured any more, and forgotten.
        case removed
        /// Ticks were missed.
        case missed(Missed)
    }

    /// Ticks that were missed, and what was done about it.
    package struct Missed: Sendable, Equatable {
        /// The first and the last of them, in milliseconds since 1970.
        package let first: Int64
        package let last: Int64
        /// How many, or how many at least.
        package let count: Int
        package let hasMore: Bool
        /// How many of them are made up for.
        package let madeUp: Int
    }

    package let schedule: String
    package let kind: Kind
    /// The next tick, in milliseconds since 1970, or `nil` where there is none.
    package let nextMilliseconds: Int64?
}
