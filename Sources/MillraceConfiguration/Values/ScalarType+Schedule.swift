import MillraceSchedule

extension ScalarType<CronExpression> {
    static var cron: Self {
        ScalarType(
            name: "cron expression", expected: "a cron expression such as \"0 3 * * *\" or @hourly"
        ) { text throws(Mismatch) in
            do throws(CronError) { return try CronExpression(parsing: text) } catch {
                throw Mismatch(detail: error.description, offset: error.offset)
            }
        } write: {
            $0.description
        }
    }
}

extension ScalarType<ScheduleTimeZone> {
    static var timeZone: Self {
        ScalarType(
            name: "time zone", expected: "a time zone's name in the IANA database, such as Europe/Berlin or UTC"
        ) { text throws(Mismatch) in
            guard let zone = ScheduleTimeZone(named: text) else {
                throw Mismatch(names: ScheduleTimeZone.knownNames)
            }
            return zone
        } write: {
            $0.name
        }
    }
}
