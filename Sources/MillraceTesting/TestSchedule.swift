public import Millrace
import MillraceEngine
import MillraceSchedule

/// A handler that is invoked at times in a test, as a schedule in the YAML file says it.
public struct TestSchedule: Sendable {
    /// When it ticks.
    public enum Timing: Sendable {
        /// At the times of a cron expression, by the clock of a time zone.
        case cron(String, timeZone: String = "UTC")
        /// Every so often, counted from 1970 in UTC.
        case every(Duration)
    }

    /// What becomes of ticks that were missed.
    public enum CatchUp: Sendable {
        /// They are left out.
        case none
        /// The last one is made up for.
        case last
        /// All are made up for, the latest thousand at most.
        case all
    }

    let name: String
    let timing: Timing
    let service: String
    let handler: String
    let key: String
    let payload: [UInt8]
    let catchUp: CatchUp

    /// A schedule.
    ///
    /// - Parameters:
    ///   - name: its name, which tells it from others; its handler's by default.
    ///   - key: for services with keys; `{tick}` in it stands for the tick's time.
    public init<Target: DurableService>(
        _ timing: Timing, to target: Target.Type, _ handler: String, name: String? = nil, key: String = "",
        payload: String = "", catchUp: CatchUp = .last
    ) {
        self.name = name ?? "\(Target.serviceName)/\(handler)"
        self.timing = timing
        service = Target.serviceName
        self.handler = handler
        self.key = key
        self.payload = Array(payload.utf8)
        self.catchUp = catchUp
    }

    var definition: ScheduleDefinition {
        get throws {
            let timing: ScheduleTiming
            switch self.timing {
            case .every(let duration):
                guard duration >= .seconds(1) else {
                    throw TestError.badSchedule(name, reason: "it ticks once a second at most")
                }
                timing = .every(milliseconds: duration.wholeMilliseconds)
            case .cron(let text, let timeZone):
                guard let zone = ScheduleTimeZone(named: timeZone) else {
                    throw TestError.badSchedule(name, reason: "there is no time zone '\(timeZone)'")
                }
                do { timing = .cron(try CronExpression(parsing: text), zone) } catch {
                    throw TestError.badSchedule(name, reason: "'\(text)' is no cron expression: \(error)")
                }
            }
            let policy: CatchUpPolicy =
                switch catchUp {
                case .none: .none
                case .last: .last
                case .all: .all
                }
            return ScheduleDefinition(
                name: name, timing: timing, service: service, handler: handler, key: key, payload: payload,
                catchUp: policy)
        }
    }
}
