import Millrace
import MillraceTesting
import Testing

/// What docs/schedules.md says of tests, and the test kit's schedules.
@Suite struct ScheduledServiceTests {
    let notes = Notes()
    /// 2026-05-01T12:00:00Z, 14:00 in Berlin.
    let noon: Int64 = 1_777_636_800_000

    private func report(hoursAfterNoon hours: Int64) -> String {
        let end = noon + hours * 3_600_000
        return "report from \(end - 86_400_000) to \(end)"
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func aReportIsMadeEachNight(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication(
            [Reports(notes: notes)],
            schedules: [
                TestSchedule(
                    .cron("0 3 * * *", timeZone: "Europe/Berlin"), to: Reports.self, "nightly", payload: #"{"days":1}"#)
            ],
            crashes: crashes, startMilliseconds: noon)
        try app.advance(by: .seconds(2 * 86_400))
        #expect(notes.distinct == [report(hoursAfterNoon: 13), report(hoursAfterNoon: 37)])
    }

    @Test(arguments: [
        (TestSchedule.CatchUp.last, [61, 85]), (.none, [85]), (.all, [13, 37, 61, 85]),
    ])
    func ticksOfADowntimeAreMadeUpFor(catchUp: TestSchedule.CatchUp, hours: [Int64]) throws {
        let app = try TestApplication(
            [Reports(notes: notes)],
            schedules: [
                TestSchedule(
                    .cron("0 3 * * *", timeZone: "Europe/Berlin"), to: Reports.self, "nightly", payload: #"{"days":1}"#,
                    catchUp: catchUp)
            ], startMilliseconds: noon)
        try app.settle()
        try app.crash(downFor: .seconds(3 * 86_400))
        try app.advance(by: .seconds(86_400))
        #expect(notes.distinct == hours.map { report(hoursAfterNoon: $0) })
    }

    @Test func aHandlerCanBeGivenATickByHand() throws {
        let app = try TestApplication([Reports(notes: notes)])
        let tick = ScheduleTick(schedule: "by hand", milliseconds: 86_400_000)
        try app.call(Reports.self, headers: tick.headers) { $0.nightly(ReportRequest(days: 1)) }
        #expect(notes.distinct == ["report from 0 to 86400000"])
        #expect(throws: TerminalError.self) { try app.call(Reports.self) { $0.nightly(ReportRequest(days: 1)) } }
    }

    @Test(arguments: [
        (TestSchedule.Timing.cron("0 3 * *"), "is no cron expression: expected five fields"),
        (.cron("0 3 * * *", timeZone: "Berlin"), "there is no time zone 'Berlin'"),
        (.every(.milliseconds(10)), "once a second at most"),
    ])
    func aScheduleThatCannotBeIsAnError(timing: TestSchedule.Timing, words: String) throws {
        let error = try #require(throws: TestError.self) {
            try TestApplication(
                [Reports(notes: notes)], schedules: [TestSchedule(timing, to: Reports.self, "nightly")])
        }
        #expect(error.description.contains(words), "\(error)")
    }
}
