import FoundationEssentials
import TestKit
import Testing

@testable import MillraceSchedule

/// When schedules tick. Times are local ones where a zone is named, and have their offset where two are called the same.
@Suite struct ScheduleTimingTests {
    private func milliseconds(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970) * 1000
    }

    private func cron(_ expression: String, _ zone: String = "UTC") throws -> ScheduleTiming {
        .cron(try CronExpression(parsing: expression), try #require(ScheduleTimeZone(named: zone)))
    }

    /// The ticks after a moment, in UTC.
    private func ticks(_ timing: ScheduleTiming, after start: String, _ count: Int) throws -> [String] {
        var ticks: [String] = []
        var moment = try milliseconds(start)
        while ticks.count < count, let tick = timing.next(after: moment) {
            ticks.append(TickText.text(ofMilliseconds: tick))
            moment = tick
        }
        return ticks
    }

    @Test func aTickIsAfterTheMoment() throws {
        let timing = try cron("30 3 * * *")
        let tick = try milliseconds("2026-05-01T03:30:00Z")
        // As optionals: compared with plain integers, the compiler makes a comparison of it that reads a byte too many.
        let ticks: (first: Int64?, next: Int64?) = (tick, tick + 86_400_000)
        #expect(timing.next(after: tick - 1) == ticks.first)
        #expect(timing.next(after: tick) == ticks.next)
        #expect(timing.next(after: tick + 1) == ticks.next)
        // Before 1970, too.
        let early: Int64? = -86_400_000 + 12_600_000
        #expect(timing.next(after: -86_400_000) == early)
    }

    @Test func leapDays() throws {
        let leap = try cron("0 0 29 2 *")
        #expect(
            try ticks(leap, after: "2095-01-01T00:00:00Z", 2) == ["2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"])
        #expect(try ticks(leap, after: "1999-06-01T00:00:00Z", 1) == ["2000-02-29T00:00:00Z"])
        // On a Sunday only.
        #expect(try ticks(cron("0 0 29 2 */7"), after: "2026-01-01T00:00:00Z", 1) == ["2032-02-29T00:00:00Z"])
    }

    @Test func lastDays() throws {
        #expect(
            try ticks(cron("0 12 31 * *"), after: "2026-01-31T12:00:00Z", 3) == [
                "2026-03-31T12:00:00Z", "2026-05-31T12:00:00Z", "2026-07-31T12:00:00Z",
            ])
        #expect(
            try ticks(cron("59 23 L * *"), after: "2027-12-31T00:00:00Z", 4) == [
                "2027-12-31T23:59:00Z", "2028-01-31T23:59:00Z", "2028-02-29T23:59:00Z", "2028-03-31T23:59:00Z",
            ])
        #expect(try ticks(cron("0 0 L FEB *"), after: "2026-03-01T00:00:00Z", 1) == ["2027-02-28T00:00:00Z"])
        #expect(try ticks(cron("0 0 1 1 *"), after: "2026-12-31T23:59:59Z", 1) == ["2027-01-01T00:00:00Z"])
    }

    @Test func aDayOfTheMonthOrOfTheWeek() throws {
        // The 13th, and each Friday.
        #expect(
            try ticks(cron("0 0 13 * FRI"), after: "2026-11-05T00:00:00Z", 4) == [
                "2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z",
            ])
        #expect(
            try ticks(cron("0 0 13 * FRI"), after: "2026-12-12T00:00:00Z", 2) == [
                "2026-12-13T00:00:00Z", "2026-12-18T00:00:00Z",
            ])
    }

    @Test func seconds() throws {
        #expect(
            try ticks(cron("*/20 59 23 * * *"), after: "2026-01-01T23:59:20Z", 3) == [
                "2026-01-01T23:59:40Z", "2026-01-02T23:59:00Z", "2026-01-02T23:59:20Z",
            ])
    }

    // MARK: Changes of the clock

    /// In Berlin it was 02:00 on 29 March 2026, and then 03:00.
    @Test func aTickInAGapComesAfterIt() throws {
        let daily = try ticks(cron("30 2 * * *", "Europe/Berlin"), after: "2026-03-27T12:00:00Z", 3)
        #expect(daily == ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])
        // Several of them, and the one after them, are one.
        let quarters = try ticks(cron("*/15 2-3 * * *", "Europe/Berlin"), after: "2026-03-28T12:00:00Z", 3)
        #expect(quarters == ["2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z", "2026-03-29T01:30:00Z"])
    }

    /// In Berlin it was 02:59:59 on 25 October 2026, and then 02:00:00 again.
    @Test func aTickInARepeatedHourComesOnce() throws {
        let daily = try ticks(cron("30 2 * * *", "Europe/Berlin"), after: "2026-10-24T12:00:00Z", 2)
        #expect(daily == ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
        // Also where one asks from within the second 02:00.
        let late = try ticks(cron("*/30 2,3 * * *", "Europe/Berlin"), after: "2026-10-25T01:10:00Z", 1)
        #expect(late == ["2026-10-25T02:00:00Z"])
    }

    @Test func everyHourFollowsTheClock() throws {
        let spring = try ticks(cron("30 * * * *", "Europe/Berlin"), after: "2026-03-29T00:00:00Z", 3)
        #expect(spring == ["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"])
        let autumn = try ticks(cron("@hourly", "Europe/Berlin"), after: "2026-10-24T23:00:00Z", 4)
        #expect(
            autumn == ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"])
    }

    /// Half an hour on Lord Howe Island, a whole day that Samoa left out, midnight in Santiago.
    @Test func otherGaps() throws {
        #expect(
            try ticks(cron("45 1 * * *", "Australia/Lord_Howe"), after: "2026-04-04T12:00:00Z", 2) == [
                "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z",
            ])
        #expect(
            try ticks(cron("0 12 30 12 *", "Pacific/Apia"), after: "2011-12-01T00:00:00Z", 2) == [
                "2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z",
            ])
        #expect(
            try ticks(cron("0 0 * * *", "America/Santiago"), after: "2026-09-05T12:00:00Z", 2) == [
                "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z",
            ])
    }

    @Test func zonesAreThoseOfTheDatabase() {
        #expect(ScheduleTimeZone(named: "Europe/Berlni") == nil)
        #expect(ScheduleTimeZone(named: "") == nil)
        #expect(ScheduleTimeZone(named: "UTC")?.offset(at: 0) == 0)
        #expect(ScheduleTimeZone.knownNames.contains("Europe/Berlin"))
    }

    // MARK: Intervals

    @Test func intervalsCountFrom1970() throws {
        let quarters = ScheduleTiming.every(milliseconds: 900_000)
        #expect(
            try ticks(quarters, after: "2026-05-01T10:14:59Z", 2) == ["2026-05-01T10:15:00Z", "2026-05-01T10:30:00Z"])
        #expect(quarters.next(after: -1) == 0)
        #expect(quarters.next(after: 0) == 900_000)
        #expect(ScheduleTiming.every(milliseconds: .max).next(after: .max) == nil)
    }

    // MARK: Against a search minute by minute

    /// An expression by its sets, its text, and what a minute must be to match.
    private struct Sample {
        var minutes: Set<Int64>
        var hours: Set<Int64>?
        var days: Set<Int64>?
        var months: Set<Int64>?
        var weekdays: Set<Int64>?

        init(_ random: inout SeededGenerator) {
            func some(_ range: ClosedRange<Int64>, _ count: Int) -> Set<Int64> {
                Set((0..<count).map { _ in Int64.random(in: range, using: &random) })
            }
            minutes = some(0...59, Int.random(in: 1...4, using: &random))
            if Bool.random(using: &random) { hours = some(0...4, Int.random(in: 1...3, using: &random)) }
            if Bool.random(using: &random) { days = some(1...31, 6) }
            if Bool.random(using: &random) { months = some(1...12, 8) }
            if Bool.random(using: &random) { weekdays = some(0...6, 2) }
        }

        var text: String {
            ([minutes, hours, days, months, weekdays] as [Set<Int64>?]).map { set in
                set.map { $0.sorted().map { "\($0)" }.joined(separator: ",") } ?? "*"
            }.joined(separator: " ")
        }

        func matches(local minute: Int64) -> Bool {
            let time = Date(timeIntervalSince1970: Double(minute * 60))
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = .gmt
            let parts = calendar.dateComponents([.minute, .hour, .day, .month, .weekday], from: time)
            func has(_ set: Set<Int64>?, _ value: Int?) -> Bool { set?.contains(Int64(value ?? -1)) ?? true }
            guard minutes.contains(Int64(parts.minute ?? -1)), has(hours, parts.hour), has(months, parts.month) else {
                return false
            }
            let isDay = has(days, parts.day)
            let isWeekday = has(weekdays, parts.weekday.map { $0 - 1 })
            return days != nil && weekdays != nil ? isDay || isWeekday : isDay && isWeekday
        }
    }

    /// Around all changes of the clock of a year, a few days each: the minutes at which the naive search finds a tick are
    /// those that the calculation gives. The search follows the clock where the expression is for every hour; otherwise it
    /// looks at each local minute the first time that the clock has reached or passed it.
    @Test(arguments: UInt64(1)...24)
    func ticksAreWhereAMinuteByMinuteSearchFindsThem(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let zones = [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca",
        ]
        let name = zones[Int(seed) % zones.count]
        let zone = try #require(ScheduleTimeZone(named: name))
        let sample = Sample(&random)
        let expression = try CronExpression(parsing: sample.text)
        let timing = ScheduleTiming.cron(expression, zone)
        var changes = 0
        let year: Int64 = 1_767_225_600 / 60 + Int64.random(in: 0..<8, using: &random) * 525_960
        for day in 0..<Int64(365) {
            let start = year + day * 1440
            let isChange = zone.offset(at: start * 60) != zone.offset(at: (start + 1440) * 60)
            guard isChange || day % 97 == 3 else { continue }
            changes += isChange ? 1 : 0
            let from = start - 1440
            var expected: [Int64] = []
            var reached = from + zone.offset(at: from * 60) / 60
            for minute in from + 1...start + 2 * 1440 {
                let local = minute + zone.offset(at: minute * 60) / 60
                let isTick =
                    sample.hours == nil
                    ? sample.matches(local: local)
                    : local > reached && (reached + 1...local).contains { sample.matches(local: $0) }
                if isTick { expected.append(minute) }
                reached = max(reached, local)
            }
            var found: [Int64] = []
            var moment = from * 60_000
            while let tick = timing.next(after: moment), tick <= (start + 2 * 1440) * 60_000 {
                found.append(tick / 60_000)
                moment = tick
            }
            #expect(found == expected, "\(sample.text) in \(name), around minute \(start)")
        }
        #expect(changes >= 2, "\(name)")
    }

    // MARK: What is due

    @Test func dueTicksAreCountedAndTheLatestKept() throws {
        let hourly = try cron("@hourly")
        let start = try milliseconds("2026-01-01T00:00:00Z")
        #expect(hourly.due(after: start, through: start + 3_599_999, latest: 1) == nil)
        let hour: Int64 = 3_600_000
        let one = try #require(hourly.due(after: start, through: start + hour, latest: 1))
        #expect(one == DueTicks(first: start + hour, latest: [start + hour], count: 1, hasMore: false))
        let many = try #require(hourly.due(after: start, through: start + 5 * hour + 1, latest: 2))
        #expect(
            many
                == DueTicks(
                    first: start + hour, latest: [start + 4 * hour, start + 5 * hour], count: 5, hasMore: false))
    }

    /// A year of seconds is not gone through one by one.
    @Test(arguments: [ScheduleTiming.every(milliseconds: 1000), .every(milliseconds: 7000)])
    func whatIsDueForLongIsFoundFromItsEnd(timing: ScheduleTiming) throws {
        let end = try milliseconds("2027-01-01T00:00:00Z") + 999
        let due = try #require(timing.due(after: end - 365 * 86_400_000, through: end, latest: 3))
        #expect(due.hasMore)
        #expect(due.count == DueTicks.countLimit)
        #expect(due.latest.count == 3)
        var tick = due.latest[0]
        for latest in due.latest.dropFirst() {
            #expect(timing.next(after: tick) == latest)
            tick = latest
        }
        #expect(try #require(timing.next(after: tick)) > end)
    }

    @Test func theLastTickIsFoundHoweverFarBackItIs() throws {
        let leap = try cron("0 0 29 2 *")
        let end = try milliseconds("2103-12-31T00:00:00Z")
        let tick = try milliseconds("2096-02-29T00:00:00Z")
        #expect(leap.last(after: try milliseconds("2000-01-01T00:00:00Z"), through: end) == tick)
        #expect(leap.last(after: tick, through: end) == nil)
        #expect(leap.last(after: tick - 1, through: tick) == tick)
    }
}
