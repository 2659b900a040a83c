import MillraceConfiguration
import MillraceSchedule
import Testing

/// Schedules: how they are read, and what is wrong with them.
@Suite struct ScheduleTests {
    private let services = [
        ServiceSummary(name: "Report", kind: .unkeyed, handlers: ["nightly", "hourly"]),
        ServiceSummary(name: "Stock", kind: .keyed, handlers: ["count"]),
        ServiceSummary(name: "Invoice", kind: .keyed, handlers: ["run", "status"], run: "run"),
    ]

    private func found(_ schedules: String) -> [String] {
        problems("schedules:\n" + schedules, services: services).map { String($0.dropFirst("m.yaml:".count)) }
    }

    @Test func readsEachOption() throws {
        let read = try configuration(
            #"""
            schedules:
              nightly:
                cron: "0 3 * * MON-FRI"
                timeZone: Europe/Berlin
                sink: service://Report/nightly
                payload: '{"days":7}'
                catchUp: all
              stock.count:
                every: 1h30m
                sink: service://Stock/count
                key: berlin
              invoices: { cron: "@monthly", sink: service://Invoice/run, key: "all-{tick}", catchUp: none }
            """#, services: services)
        let berlin = try #require(ScheduleTimeZone(named: "Europe/Berlin"))
        #expect(
            read.schedules == [
                Schedule(
                    name: "nightly", timing: .cron(try CronExpression(parsing: "0 3 * * MON-FRI"), berlin),
                    sink: SubscriptionSink(service: "Report", handler: "nightly"), payload: #"{"days":7}"#,
                    catchUp: .all),
                Schedule(
                    name: "stock.count", timing: .every(milliseconds: 5_400_000),
                    sink: SubscriptionSink(service: "Stock", handler: "count"), key: "berlin"),
                Schedule(
                    name: "invoices", timing: .cron(try CronExpression(parsing: "0 0 1 * *"), .utc),
                    sink: SubscriptionSink(service: "Invoice", handler: "run"), key: "all-{tick}", catchUp: .none),
            ])
    }

    @Test func anExpressionsFaultHasItsPlace() {
        #expect(
            found(
                """
                  a: { cron: "0 25 * * *", sink: service://Report/nightly }
                  b: { cron: "0 0 30 2 *", sink: service://Report/nightly }
                  c: { cron: hourly, sink: service://Report/nightly }
                """) == [
                    "2:17: schedules.a.cron: expected a cron expression such as \"0 3 * * *\" or @hourly, but found "
                        + "'0 25 * * *': the hour is a number from 0 to 23, but found '25'",
                    "3:19: schedules.b.cron: expected a cron expression such as \"0 3 * * *\" or @hourly, but found "
                        + "'0 0 30 2 *': it never fires: there is no such day in any year",
                    "4:14: schedules.c.cron: expected a cron expression such as \"0 3 * * *\" or @hourly, but found "
                        + "'hourly': expected five fields (minute, hour, day of the month, month, day of the week), or six "
                        + "with the second before them, but found 1",
                ])
    }

    @Test func eitherCronOrEvery() {
        #expect(
            found(
                """
                  a: { sink: service://Report/nightly }
                  b: { cron: "@daily", every: 1d, sink: service://Report/nightly }
                  c: { every: 1d, timeZone: Europe/Berlin, sink: service://Report/nightly }
                  d: { every: 10ms, sink: service://Report/nightly }
                  e: { cron: "@daily" }
                """) == [
                    "2:6: schedules.a: 'cron' or 'every' is missing; expected one of them, such as cron: \"0 3 * * *\"",
                    "3:6: schedules.b: 'cron' and 'every' both say when it ticks; leave one of them out",
                    "4:6: schedules.c: 'timeZone' is for 'cron'; 'every' counts from 1970 in UTC, so leave 'timeZone' out",
                    "5:15: schedules.d.every: expected a duration such as 500ms, 60s, 5m, 2h, 1d or 1m30s, at least 1s, "
                        + "but found '10ms'",
                    "6:6: schedules.e: 'sink' is missing; expected a sink: service://SERVICE/HANDLER",
                ])
    }

    @Test func namesAreCheckedAndTheNearestIsNamed() {
        #expect(
            found(
                """
                  a: { cron: "@daily", timeZone: Europe/Berlni, sink: service://Report/nightly }
                  b: { crom: "@daily", every: 1d, sink: service://Report/nightly }
                  c: { every: 1d, sink: service://Reprot/nightly, catchUp: al }
                  d: { every: 1d, sink: service://Report/nihgtly }
                  "e f": { every: 1d, sink: service://Report/nightly }
                """) == [
                    "2:34: schedules.a.timeZone: expected a time zone's name in the IANA database, such as Europe/Berlin or "
                        + "UTC, but found 'Europe/Berlni'; did you mean 'Europe/Berlin'?",
                    "3:8: schedules.b: unknown key 'crom'; did you mean 'cron'?",
                    "4:25: schedules.c.sink: there is no service of the name in 'service://Reprot/nightly'; did you mean "
                        + "'Report'?",
                    "4:60: schedules.c.catchUp: expected none, last or all, but found 'al'; did you mean 'all'?",
                    "5:25: schedules.d.sink: service 'Report' has no handler of the name in 'service://Report/nihgtly'; did "
                        + "you mean 'nightly'?",
                    "6:3: schedules: a schedule's name is made of up to 200 letters, digits, '.', '_' and '-', but found "
                        + "'e f'",
                ])
        #expect(
            found("  - { every: 1d, sink: service://Report/nightly }") == [
                "2:3: schedules: expected a mapping of names to schedules, each with 'cron' or 'every', and 'sink', but found "
                    + "a list"
            ])
        #expect(
            found(
                "  a: { every: 1d, sink: service://Report/nightly }\n  a: { every: 2d, sink: service://Report/nightly }"
            )
                == ["3:3: the key 'a' stands here twice; the first is in line 2"])
    }

    @Test func keysFitTheService() {
        #expect(
            found(
                """
                  a: { every: 1d, sink: service://Report/nightly, key: k }
                  b: { every: 1d, sink: service://Stock/count }
                  c: { every: 1d, sink: service://Invoice/run, key: k }
                  d: { every: 1d, sink: service://Invoice/run, key: "{tick}" }
                  e: { every: 1d, sink: service://Invoice/status, key: k }
                  f: { every: 1d, sink: service://Stock/count, key: "" }
                """) == [
                    "2:56: schedules.a.key: 'Report' has no keys; leave the key out",
                    "3:6: schedules.b.key: 'Stock' has keys; expected the key of the one to invoke",
                    "4:53: schedules.c.key: the workflow 'Invoice' runs once for each key; put {tick}, the tick's time, into "
                        + "'k'",
                    "7:54: schedules.f.key: expected a text of 1 to 1000 characters, but found ''",
                ])
    }

    @Test func whatTheEnvironmentSaysIsNotShown() {
        let found = problems(
            #"schedules: { a: { cron: "${CRON}", timeZone: "${ZONE}", sink: service://A/b } }"#,
            ["CRON": "sec ret", "ZONE": "sec/ret"])
        #expect(found.count == 2)
        #expect(!found.joined().contains("sec"))
    }

    @Test func validatesWhatWasMadeInCode() {
        var made = Configuration()
        let sink = SubscriptionSink(service: "Report", handler: "nihgtly")
        made.schedules = [
            Schedule(name: "a", timing: .every(milliseconds: 1000), sink: sink),
            Schedule(
                name: "a", timing: .every(milliseconds: 1000),
                sink: SubscriptionSink(service: "Stock", handler: "count")),
        ]
        #expect(
            made.validate(against: services).map(\.description) == [
                "configuration: schedules.a.sink: service 'Report' has no handler of the name in "
                    + "'service://Report/nihgtly'; did you mean 'nightly'?",
                "configuration: schedules.a.key: 'Stock' has keys; expected the key of the one to invoke",
                "configuration: schedules.a: there is another schedule of this name",
            ])
    }
}
