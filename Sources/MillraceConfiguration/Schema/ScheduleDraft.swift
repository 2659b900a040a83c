import MillraceSchedule

/// A schedule while it is read: it may lack what is required.
struct ScheduleDraft: ConfigurationSection {
    /// Where it stands, such as `schedules.nightly`.
    var path = ""
    var name = ""
    var cron: CronExpression?
    var every: Duration?
    var timeZone: ScheduleTimeZone?
    var sink: SubscriptionSink?
    var key: String?
    var payload: String?
    var catchUp = Schedule.CatchUp.last

    init() {}

    init(_ schedule: Schedule) {
        path = "schedules.\(schedule.name)"
        name = schedule.name
        sink = schedule.sink
        key = schedule.key
    }

    /// The schedule, or `nil` when something required is missing.
    var schedule: Schedule? {
        guard let sink, let timing else { return nil }
        return Schedule(name: name, timing: timing, sink: sink, key: key, payload: payload ?? "", catchUp: catchUp)
    }

    private var timing: ScheduleTiming? {
        if let cron { return .cron(cron, timeZone ?? .utc) }
        return every.map { duration in
            let (seconds, attoseconds) = duration.components
            return .every(milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        }
    }

    static let title = "schedules"

    static var options: [Option<Self>] {
        [
            .optional(
                "cron", \.cron, .cron, standard: "this or `every`", example: "0 3 * * MON-FRI",
                "When it ticks, by the local clock: minute, hour, day of the month, month, day of the week, with the second before them where there are six fields; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`."
            ),
            .optional(
                "every", \.every, .duration(atLeast: .seconds(1)), standard: "this or `cron`", example: "15m",
                "How often it ticks; counted from 1970 in UTC, so that `15m` ticks at each quarter of an hour."),
            .optional(
                "timeZone", \.timeZone, .timeZone, standard: "`UTC`", example: "Europe/Berlin",
                "Whose clock `cron` means, by its name in the IANA database."),
            .optional(
                "sink", \.sink, .sink, standard: "required", isRequired: true, example: "service://Report/nightly",
                "The handler that is invoked: `service://SERVICE/HANDLER`."),
            .optional(
                "key", \.key, .text(upTo: 1000, expected: "a text of 1 to 1000 characters"), standard: "none",
                example: "report-{tick}",
                "The key, for services with keys; `{tick}` stands for the tick's time, `2026-03-29T01:00:00Z`. A workflow's `run` needs it, as it runs once for each key."
            ),
            .optional(
                "payload", \.payload, .anyText, standard: "nothing", example: "{\"days\":7}",
                "What the handler gets, as it is."),
            .value(
                "catchUp", \.catchUp, .choice(), example: "all",
                "What becomes of ticks that fell while the process was down or overloaded: `none` is made up for, the `last` one, or `all`, the latest 1000 at most."
            ),
        ]
    }

    func check(_ node: YAMLNode, _ decoding: inout Decoding) {
        switch (cron, every) {
        case (nil, nil):
            decoding.report(
                node.start, "'cron' or 'every' is missing; expected one of them, such as cron: \"0 3 * * *\"")
        case (.some, .some):
            decoding.report(node.start, "'cron' and 'every' both say when it ticks; leave one of them out")
        case (nil, .some) where timeZone != nil:
            decoding.report(
                node.start, "'timeZone' is for 'cron'; 'every' counts from 1970 in UTC, so leave 'timeZone' out")
        default: break
        }
    }
}
