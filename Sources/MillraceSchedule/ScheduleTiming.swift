/// When a schedule ticks: a pure function of time, without a clock.
public enum ScheduleTiming: Hashable, Sendable, CustomStringConvertible {
    /// At the local times of an expression.
    ///
    /// Where clocks are put forward, a tick of the hours that are left out comes at the moment after the gap, several of them as one.
    /// Where they are put back, a tick of the repeated hours comes the first time only. An expression for every hour follows the
    /// clock instead: it has no tick in the gap, and ticks in both of the repeated hours.
    case cron(CronExpression, ScheduleTimeZone)
    /// Every so many milliseconds, a second at least, counted from 1970-01-01T00:00:00Z.
    case every(milliseconds: Int64)

    /// The words that tell it from others: two timings with the same one tick at the same times.
    public var description: String {
        switch self {
        case .cron(let expression, let zone): "\(expression) \(zone)"
        case .every(let milliseconds): "every \(milliseconds) ms"
        }
    }

    /// The first tick after a moment, both in milliseconds since 1970, or `nil` where there is none any more.
    public func next(after moment: Int64) -> Int64? {
        switch self {
        case .every(let milliseconds):
            let (count, _) = moment.quotientAndRemainder(roundingDownBy: max(1, milliseconds))
            let (tick, overflow) = (count + 1).multipliedReportingOverflow(by: max(1, milliseconds))
            return overflow ? nil : tick
        case .cron(let expression, let zone):
            let (second, _) = moment.quotientAndRemainder(roundingDownBy: 1000)
            let tick =
                expression.isForEveryHour
                ? Self.following(expression, zone, after: second) : Self.fixed(expression, zone, after: second)
            return tick.map { $0 * 1000 }
        }
    }

    /// The last tick after a moment and until another one, or `nil` where there is none.
    public func last(after start: Int64, through end: Int64) -> Int64? {
        guard var tick = next(after: start), tick <= end else { return nil }
        var (before, past) = (start, end)
        // Ticks are a second apart at least.
        while past - before > 1000 {
            let middle = before + (past - before) / 2
            if let found = next(after: middle), found <= end { (before, tick) = (middle, found) } else { past = middle }
        }
        return tick
    }

    /// Every tick of the local clock, found from one change of the clock to the next.
    private static func following(_ expression: CronExpression, _ zone: ScheduleTimeZone, after second: Int64) -> Int64?
    {
        var from = second + 1
        while true {
            let offset = zone.offset(at: from)
            guard let local = expression.firstMatch(from: from + offset) else { return nil }
            let tick = local - offset
            let seen = min(tick, from + 25 * 3600)
            if zone.offset(at: seen) != offset {
                from = zone.change(after: from, through: seen)
            } else if seen == tick {
                return tick
            } else {
                // Nothing matches before, whatever the clock does meanwhile.
                from = max(seen, local - 50 * 3600)
            }
        }
    }

    /// Every local time that matches, once.
    private static func fixed(_ expression: CronExpression, _ zone: ScheduleTimeZone, after second: Int64) -> Int64? {
        var from = second + zone.offset(at: second) + 1
        while let local = expression.firstMatch(from: from) {
            let tick = zone.instant(ofLocal: local)
            if tick > second { return tick }
            from = local + 1
        }
        return nil
    }
}
