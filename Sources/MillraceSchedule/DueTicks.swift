/// The ticks of a schedule between two moments, of which there may be many.
public struct DueTicks: Hashable, Sendable {
    /// The first one.
    public let first: Int64
    /// The latest ones, in order: one at least.
    public let latest: [Int64]
    /// How many there are, or ``countLimit`` where there are more.
    public let count: Int

    /// Up to how many ticks are counted, so that a schedule of every second costs no more after a year.
    public static let countLimit = 10_000

    /// Whether there are more than ``count``.
    public let hasMore: Bool
}

extension ScheduleTiming {
    /// The ticks after `start` and until `end`, all in milliseconds since 1970; `nil` where there are none.
    ///
    /// - Parameter limit: how many of the latest ones are wanted; 1 at least, ``DueTicks/countLimit`` at most.
    public func due(after start: Int64, through end: Int64, latest limit: Int) -> DueTicks? {
        guard let first = next(after: start), first <= end else { return nil }
        var ticks = [first]
        while let tick = next(after: ticks[ticks.count - 1]), tick <= end {
            guard ticks.count < DueTicks.countLimit else {
                return DueTicks(
                    first: first, latest: latest(limit, after: start, through: end), count: DueTicks.countLimit,
                    hasMore: true)
            }
            ticks.append(tick)
        }
        return DueTicks(first: first, latest: ticks.suffix(max(1, limit)), count: ticks.count, hasMore: false)
    }

    /// The latest ticks, found from the last one back.
    private func latest(_ limit: Int, after start: Int64, through end: Int64) -> [Int64] {
        var ticks: [Int64] = []
        var end = end
        while ticks.count < max(1, limit), let tick = last(after: start, through: end) {
            ticks.append(tick)
            end = tick - 1
        }
        return ticks.reversed()
    }
}
