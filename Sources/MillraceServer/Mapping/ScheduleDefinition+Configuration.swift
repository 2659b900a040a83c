import MillraceConfiguration
import MillraceEngine

extension ScheduleDefinition {
    /// A schedule as the file says it, in the engine's terms.
    init(_ schedule: Schedule) {
        let catchUp: CatchUpPolicy =
            switch schedule.catchUp {
            case .none: .none
            case .last: .last
            case .all: .all
            }
        self.init(
            name: schedule.name, timing: schedule.timing, service: schedule.sink.service,
            handler: schedule.sink.handler, key: schedule.key ?? "", payload: Array(schedule.payload.utf8),
            catchUp: catchUp)
    }
}
