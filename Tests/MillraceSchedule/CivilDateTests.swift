import Testing

@testable import MillraceSchedule

@Suite struct CivilDateTests {
    @Test func daysHaveNumbers() throws {
        #expect(try #require(CivilDate(year: 1970, month: 1, day: 1)).daysSince1970 == 0)
        #expect(try #require(CivilDate(year: 2000, month: 3, day: 1)).daysSince1970 == 11_017)
        #expect(CivilDate(year: 2026, month: 2, day: 29) == nil)
        #expect(CivilDate(year: 2024, month: 13, day: 1) == nil)
        #expect(CivilDate(daysSince1970: -1) == CivilDate(year: 1969, month: 12, day: 31))
    }

    /// Each day of 800 years has the number after that of the day before, and the next day of the week.
    @Test func numbersAndDaysFollowEachOther() {
        var date = CivilDate(daysSince1970: -150_000)
        for number in Int64(-149_999)...150_000 {
            let next = CivilDate(daysSince1970: number)
            let isNext =
                next.day == date.day + 1
                ? next.month == date.month && next.year == date.year
                : next.day == 1 && date.day == CivilDate.days(in: date.month, of: date.year)
            guard isNext, next.daysSince1970 == number, next.weekday == (date.weekday + 1) % 7 else {
                Issue.record("\(next) follows \(date)")
                return
            }
            date = next
        }
        #expect(CivilDate(daysSince1970: 0).weekday == 4)
    }
}
