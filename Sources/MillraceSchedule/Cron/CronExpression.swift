/// A cron expression: which local times are ticks.
///
/// Five fields, `minute hour day-of-month month day-of-week`, or six, with the second before them; or one of `@yearly`,
/// `@annually`, `@monthly`, `@weekly`, `@daily`, `@midnight` and `@hourly`.
///
/// ```text
/// field := item ("," item)*
/// item  := ("*" | value | value "-" value) ("/" step)?        a step needs "*" or a range; "L" is a month's last day
/// ```
/// Months and days of the week have names of three letters, in any case; Sunday is 0 and 7. Where both day fields are
/// restricted, that is, neither begins with `*`, either one makes a day a match, as in every cron.
public struct CronExpression: Hashable, Sendable, CustomStringConvertible {
    private let seconds: CronField.Values
    private let minutes: CronField.Values
    private let hours: CronField.Values
    private let days: CronField.Values
    private let months: CronField.Values
    private let weekdays: CronField.Values
    /// The fields with one space between them; of a name what it stands for.
    public let description: String

    /// Reads an expression.
    ///
    /// - Throws: ``CronError``, also for an expression that never fires, such as one for 30 February.
    public init(parsing text: String) throws(CronError) {
        var fields = Self.fields(of: text)
        if let name = fields.first?.text, name.hasPrefix("@") {
            guard let expression = Self.names[name.lowercased()], fields.count == 1 else {
                let known = Self.names.keys.sorted().joined(separator: ", ")
                throw CronError("there is no '\(name.prefix(20))'; the names are \(known)", at: fields[0].offset)
            }
            fields = Self.fields(of: expression)
        }
        guard fields.count == 5 || fields.count == 6 else {
            throw CronError(
                "expected five fields (minute, hour, day of the month, month, day of the week), or six with the second before them, but found \(fields.count)"
            )
        }
        description = fields.map { String($0.text) }.joined(separator: " ")
        if fields.count == 5 { fields.insert(("0", 0), at: 0) }
        func values(_ field: CronField, _ at: Int) throws(CronError) -> CronField.Values {
            try field.parse(fields[at].text, at: fields[at].offset)
        }
        seconds = try values(.second, 0)
        minutes = try values(.minute, 1)
        hours = try values(.hour, 2)
        days = try values(.day, 3)
        months = try values(.month, 4)
        weekdays = try values(.weekday, 5)
        guard hasDay else {
            throw CronError("it never fires: there is no such day in any year", at: fields[3].offset)
        }
    }

    private static let names = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    private static func fields(of text: String) -> [(text: Substring, offset: Int)] {
        text.split { $0 == " " || $0 == "\t" }.map { field in
            (field, text.unicodeScalars.distance(from: text.startIndex, to: field.startIndex))
        }
    }

    /// Whether there is a day that matches. Each day of the year is each day of the week in some year, 29 February too.
    private var hasDay: Bool {
        guard days.isStar || weekdays.isStar else { return true }
        return (1...12).contains { (month: Int64) in
            guard months.contains(month) else { return false }
            // In a leap year.
            return days.hasLast || days.first(from: 1).map { $0 <= CivilDate.days(in: month, of: 2000) } == true
        }
    }

    /// Whether it says nothing about the hour. Such an expression follows the clock where clocks are changed: it has no ticks
    /// in an hour that is left out, and ticks twice in one that is repeated.
    var isForEveryHour: Bool { hours.bits == 0xff_ffff }

    /// The first tick from a local time on, both in seconds since a local 1970, or `nil` where there is none any more.
    func firstMatch(from local: Int64) -> Int64? {
        let (day, time) = local.quotientAndRemainder(roundingDownBy: 86_400)
        if isMatch(CivilDate(daysSince1970: day)), let match = firstTime(from: time) { return day * 86_400 + match }
        guard let first = firstTime(from: 0), let match = firstDay(from: day + 1) else { return nil }
        return match * 86_400 + first
    }

    private func firstTime(from time: Int64) -> Int64? {
        let start = (hour: time / 3600, minute: time / 60 % 60, second: time % 60)
        var hour = start.hour
        while let matched = hours.first(from: hour) {
            var minute = matched == start.hour ? start.minute : 0
            while let minuteMatch = minutes.first(from: minute) {
                let isStart = matched == start.hour && minuteMatch == start.minute
                if let second = seconds.first(from: isStart ? start.second : 0) {
                    return matched * 3600 + minuteMatch * 60 + second
                }
                minute = minuteMatch + 1
            }
            hour = matched + 1
        }
        return nil
    }

    private func firstDay(from start: Int64) -> Int64? {
        var day = start
        // The calendar, days of the week included, repeats itself every 400 years.
        while day < start + 146_097 {
            let date = CivilDate(daysSince1970: day)
            if !months.contains(date.month) {
                day += CivilDate.days(in: date.month, of: date.year) - date.day + 1
            } else if isMatch(date) {
                return day
            } else {
                day += 1
            }
        }
        return nil
    }

    private func isMatch(_ date: CivilDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let isDay =
            days.contains(date.day) || days.hasLast && date.day == CivilDate.days(in: date.month, of: date.year)
        let isWeekday = weekdays.contains(date.weekday)
        return days.isStar || weekdays.isStar ? isDay && isWeekday : isDay || isWeekday
    }
}
