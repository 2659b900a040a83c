import Millrace
import MillraceConfiguration

extension ServiceDefinition {
    /// The service with what the file says of it and its handlers: above what the code says, and, from `defaults`, below it.
    func configured(by configuration: Configuration) -> ServiceDefinition {
        let service = configuration.services.first { $0.name == name }
        let handlers = handlers.map { handler in
            var options = handler.options.over(options)
            options = options.over(HandlerOptions().changed(by: configuration.defaults.handlers))
            if let service {
                options = options.changed(by: service.settings)
                if let own = service.handlers.first(where: { $0.name == handler.name }) {
                    options = options.changed(by: own.settings)
                }
            }
            return handler.options(options)
        }
        return ServiceDefinition(name: name, kind: kind, handlers: handlers, options: options)
    }
}

extension HandlerOptions {
    /// These options, with what a level of the file says above them.
    func changed(by settings: HandlerSettings) -> HandlerOptions {
        HandlerOptions(
            retry: settings.retry == HandlerRetry()
                ? nil : (retry ?? Millrace.RetryPolicy()).changed(by: settings.retry),
            onExhaustion: settings.onExhaustion.map { $0 == .kill ? .kill : .pause },
            inactivityTimeout: settings.inactivityTimeout, abortTimeout: settings.abortTimeout,
            journalRetention: settings.journalRetention, idempotencyRetention: settings.idempotencyRetention,
            workflowRetention: settings.workflowRetention, stateExpiresAfter: settings.stateExpiresAfter
        ).over(self)
    }
}

extension Millrace.RetryPolicy {
    /// This policy, with the parts that the file changes.
    func changed(by retry: HandlerRetry) -> Millrace.RetryPolicy {
        var policy = self
        policy.initial = retry.initial ?? initial
        policy.factor = retry.factor ?? factor
        policy.maxInterval = retry.max ?? maxInterval
        switch retry.attempts {
        case nil: break
        case .attempts(let count): policy.maxAttempts = count
        case .unlimited: policy.maxAttempts = nil
        }
        switch retry.duration {
        case nil: break
        case .atMost(let longest): policy.maxDuration = longest
        case .unlimited: policy.maxDuration = nil
        }
        return policy
    }
}
