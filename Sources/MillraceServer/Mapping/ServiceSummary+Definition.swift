import Millrace
import MillraceConfiguration

extension ServiceSummary {
    /// What the configuration's checks must know of a service.
    init(_ service: ServiceDefinition) {
        self.init(
            name: service.name, kind: service.kind == .service ? .unkeyed : .keyed,
            handlers: service.handlers.map(\.name),
            run: service.kind == .workflow ? service.handlers.first { $0.kind == .workflow }?.name : nil)
    }
}
