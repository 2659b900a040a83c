import Testing

@testable import MillraceSchedule

/// What is an expression, and what is not.
@Suite struct CronExpressionTests {
    private func problem(_ text: String) -> CronError? {
        do throws(CronError) {
            _ = try CronExpression(parsing: text)
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@Annually", "0 0 1 1 *"),
        ("  0   3\t* * * ", "0 3 * * *"),
    ])
    func namesAndSpacesAreForms(text: String, expression: String) throws {
        #expect(try CronExpression(parsing: text).description == expression)
        #expect(try CronExpression(parsing: text) == CronExpression(parsing: expression))
    }

    /// The same sets, written in other ways.
    @Test(arguments: [
        ("0 0 * JAN-mar Mon", "0 0 * 1,2,3 1"), ("0 0 * * 7", "0 0 * * 0"), ("0 0 * * 5-7", "0 0 * * FRI,SAT,SUN"),
        ("0 0 * * SAT-SUN", "0 0 * * 0,6"), ("*/20 * * * *", "0,20,40 * * * *"),
        ("10-30/10 * * * *", "10,20,30 * * * *"),
        ("0 0 1-31/15 * *", "0 0 1,16,31 * *"), ("0 0 0 * * *", "0 0 * * *"),
    ])
    func waysToWriteTheSame(one: String, other: String) throws {
        let (one, other) = (try CronExpression(parsing: one), try CronExpression(parsing: other))
        var from: Int64 = 1_700_000_000
        for _ in 0..<200 {
            let match = try #require(one.firstMatch(from: from))
            #expect(match == other.firstMatch(from: from))
            from = match + 1
        }
    }

    @Test(arguments: [
        ("", 0, "expected five fields"), ("* * * *", 0, "but found 4"), ("* * * * * * *", 0, "but found 7"),
        ("60 * * * *", 0, "the minute is a number from 0 to 59, but found '60'"),
        ("0 24 * * *", 2, "the hour is a number from 0 to 23, but found '24'"),
        ("0 0 0 * *", 4, "or L for the last, but found '0'"),
        ("0 0 * 13 *", 6, "the month is a number from 1 to 12, or JAN to DEC, but found '13'"),
        ("0 0 * * MONDAY", 8, "did you mean MON?"), ("0 0 * * 8", 8, "the day of the week is a number from 0 to 7"),
        ("0 0 ? * *", 4, "write '*'"), ("5/10 * * * *", 0, "write '5-59/10' or '*/10'"),
        ("0,*/0 * * * *", 4, "expected after '/' a number from 1 to 60"), ("30-10 * * * *", 0, "runs backwards"),
        ("1,,2 * * * *", 2, "but found ''"), ("-1 * * * *", 0, "but found ''"), ("0 0 L,W * *", 6, "but found 'W'"),
        ("@every 5m", 0, "there is no '@every'; the names are @annually"), ("@daily *", 0, "there is no"),
        ("ü 0 0 * *", 0, "but found 'ü'"), ("99999999999999999999 * * * *", 0, "but found"),
    ])
    func whatIsWrongIsSaidWithItsPlace(text: String, offset: Int, words: String) throws {
        let error = try #require(problem(text), "\(text)")
        #expect(error.description.contains(words), "\(error.description)")
        #expect(error.offset == offset)
    }

    @Test(arguments: ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30-31 FEB *", "* * * 31 4 *"])
    func whatNeverFiresIsAnError(text: String) throws {
        #expect(try #require(problem(text)).description.contains("never fires"))
    }

    /// Each day of each month, by itself and on each day of the week: an error where the calendar has no such day, and only there.
    @Test func exactlyTheDaysThatAreNoneNeverFire() throws {
        for month in Int64(1)...12 {
            for day in Int64(1)...31 {
                let isDay = CivilDate(year: 2000, month: month, day: day) != nil
                for weekday in ["*", "*/7", "*/5"] {
                    let text = "0 0 \(day) \(month) \(weekday)"
                    #expect((problem(text) == nil) == isDay, "\(text)")
                    guard isDay else { continue }
                    #expect(try CronExpression(parsing: text).firstMatch(from: 0) != nil, "\(text)")
                }
                #expect(problem("0 0 \(day) \(month) MON") == nil)
            }
        }
    }

    @Test func whatSeldomFiresIsNone() throws {
        #expect(problem("0 0 29 2 *") == nil)
        // The one on a Sunday, as a field with a star restricts no days by itself; and any Sunday in February.
        #expect(problem("0 0 29 2 */7") == nil)
        #expect(problem("0 0 30 2 SUN") == nil)
    }
}
