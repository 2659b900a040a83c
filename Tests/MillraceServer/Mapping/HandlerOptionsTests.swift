import Millrace
import MillraceConfiguration
import Testing

@testable import MillraceServer

/// Which of the levels counts: the handler in the file, its service in the file, the handler in the code, its service in the code, the
/// file's defaults.
@Suite struct HandlerOptionsTests {
    /// The options that a handler `Service/handler` has in the end, all five levels given.
    private func options(
        _ yaml: String, handler: HandlerOptions = HandlerOptions(), service: HandlerOptions = HandlerOptions()
    ) throws -> HandlerOptions {
        let definition = ServiceDefinition(
            name: "Service", kind: .service,
            handlers: [
                .direct("handler", ServiceContext.init) { _ in }.options(handler),
                .direct("other", ServiceContext.init) { _ in },
            ], options: service
        ).configured(by: try read(yaml))
        // As the engine's table does it.
        return definition.handlers[0].options.over(definition.options)
    }

    /// Every subset of the five levels: the highest of those that say something counts.
    @Test(arguments: 0..<32) func theHighestLevelThatSaysSomethingCounts(said: Int) throws {
        func says(_ level: Int) -> Bool { said >> level & 1 == 1 }
        let own = says(4) ? "handlers: { handler: { inactivityTimeout: 5s } }" : ""
        let ofService = says(3) ? "inactivityTimeout: 4s" : ""
        let parts = [ofService, own].filter { !$0.isEmpty }.joined(separator: ", ")
        let yaml = """
            services: { Service: { \(parts) } }
            defaults: { \(says(0) ? "inactivityTimeout: 1s" : "") }
            """
        let found = try options(
            yaml, handler: HandlerOptions(inactivityTimeout: says(2) ? .seconds(3) : nil),
            service: HandlerOptions(inactivityTimeout: says(1) ? .seconds(2) : nil))
        let highest = (0..<5).last(where: says)
        #expect(found.inactivityTimeout == highest.map { .seconds($0 + 1) })
    }

    /// Each option of the file reaches the handler, and what the file cannot say stays.
    @Test(arguments: [
        "defaults: { ALL }", "services: { Service: { ALL } }",
        "services: { Service: { handlers: { handler: { ALL } } } }",
    ])
    func eachOptionArrives(yaml: String) throws {
        let all = """
            onExhaustion: kill, inactivityTimeout: 1m, abortTimeout: 2m, journalRetention: 3m, idempotencyRetention: 4m, \
            workflowRetention: 5m, retry: { initial: 1s, factor: 3, max: 9s, attempts: 7, duration: 1h }
            """
        let found = try options(yaml.replacing("ALL", with: all), handler: HandlerOptions(revision: "r"))
        #expect(
            found
                == HandlerOptions(
                    retry: Millrace.RetryPolicy(
                        initial: .seconds(1), factor: 3, maxInterval: .seconds(9), maxAttempts: 7,
                        maxDuration: .seconds(3600)),
                    onExhaustion: .kill, inactivityTimeout: .seconds(60), abortTimeout: .seconds(120),
                    journalRetention: .seconds(180), idempotencyRetention: .seconds(240),
                    workflowRetention: .seconds(300), revision: "r"))
    }

    /// The parts of a retry policy are changed one by one, from the lowest level up; the code's policy is one thing.
    @Test func partsOfARetryPolicyAreChangedOneByOne() throws {
        let yaml = """
            defaults: { retry: { initial: 2s, max: 30s, attempts: 99 } }
            services: { Service: { retry: { attempts: 8, duration: 1h }, handlers: { handler: { retry: { factor: 5 } } } } }
            """
        #expect(
            try options(yaml).retry
                == Millrace.RetryPolicy(
                    initial: .seconds(2), factor: 5, maxInterval: .seconds(30), maxAttempts: 8,
                    maxDuration: .seconds(3600)))
        let ofCode = Millrace.RetryPolicy(initial: .seconds(7), maxAttempts: nil)
        #expect(
            try options(yaml, service: HandlerOptions(retry: ofCode)).retry
                == Millrace.RetryPolicy(
                    initial: .seconds(7), factor: 5, maxAttempts: 8, maxDuration: .seconds(3600)))
        let unlimited = "services: { Service: { retry: { attempts: unlimited, duration: unlimited } } }"
        #expect(
            try options(unlimited, handler: HandlerOptions(retry: .never)).retry
                == Millrace.RetryPolicy(maxAttempts: nil))
    }

    @Test func whatIsNotSaidIsLeftToTheEngine() throws {
        #expect(try options("log: { level: info }") == HandlerOptions())
        #expect(try options("services: { Service: {}, Other: { onExhaustion: kill } }") == HandlerOptions())
        #expect(
            try options("services: { Service: { handlers: { other: { onExhaustion: kill } } } }") == HandlerOptions())
    }
}
