import MillraceConfiguration
import Testing

/// What the file says of services and handlers.
@Suite struct ServiceSettingsTests {
    private let services = [
        ServiceSummary(name: "Report", kind: .unkeyed, handlers: ["nightly", "hourly"]),
        ServiceSummary(name: "Stock", kind: .keyed, handlers: ["count"]),
    ]

    private func found(_ text: String) -> [String] {
        problems(text, services: services).map { String($0.dropFirst("m.yaml:".count)) }
    }

    @Test func readsEachOptionOnEachLevel() throws {
        let all = """
            { retry: { initial: 1s, factor: 3, max: 2m, attempts: 4, duration: 1h }, onExhaustion: kill, \
            inactivityTimeout: 5m, abortTimeout: 6m, journalRetention: 7d, idempotencyRetention: 8d, workflowRetention: 9d
            """
        let read = try configuration(
            """
            defaults: \(all) }
            services:
              Report: \(all), handlers: { nightly: \(all) }, hourly: { retry: { attempts: unlimited, duration: unlimited } } } }
              Stock: {}
            """, services: services)
        var settings = HandlerSettings()
        settings.retry.initial = .seconds(1)
        settings.retry.factor = 3
        settings.retry.max = .seconds(120)
        settings.retry.attempts = .attempts(4)
        settings.retry.duration = .atMost(.seconds(3600))
        settings.onExhaustion = .kill
        settings.inactivityTimeout = .seconds(300)
        settings.abortTimeout = .seconds(360)
        settings.journalRetention = .seconds(7 * 86_400)
        settings.idempotencyRetention = .seconds(8 * 86_400)
        settings.workflowRetention = .seconds(9 * 86_400)
        #expect(read.defaults.handlers == settings)
        #expect(read.defaults.onError == ErrorPolicy())
        #expect(read.services.map(\.name) == ["Report", "Stock"])
        #expect(read.services[0].settings == settings)
        #expect(read.services[0].handlers.map(\.name) == ["nightly", "hourly"])
        #expect(read.services[0].handlers[0].settings == settings)
        var endless = HandlerSettings()
        endless.retry.attempts = .unlimited
        endless.retry.duration = .unlimited
        #expect(read.services[0].handlers[1].settings == endless)
        #expect(read.services[1].settings == HandlerSettings())
    }

    @Test func namesAreCheckedAndTheNearestIsNamed() {
        #expect(
            found(
                """
                services:
                  Reprot: { onExhaustion: kill }
                  Report:
                    inactivityTimeut: 1m
                    handlers:
                      nihgtly: { abortTimeout: 1m }
                      hourly: { handlers: {} }
                  Billing: {}
                """) == [
                    "2:11: services.Reprot: there is no service 'Reprot'; did you mean 'Report'?",
                    "4:5: services.Report: unknown key 'inactivityTimeut'; did you mean 'inactivityTimeout'?",
                    "6:16: services.Report.handlers.nihgtly: service 'Report' has no handler 'nihgtly'; did you mean "
                        + "'nightly'?",
                    "7:17: services.Report.handlers.hourly: unknown key 'handlers'; known here: retry, onExhaustion, "
                        + "inactivityTimeout, abortTimeout, journalRetention, idempotencyRetention, workflowRetention, "
                        + "stateExpiresAfter",
                    "8:12: services.Billing: there is no service 'Billing'; this application offers 'Report', 'Stock'",
                ])
        // Without the services there is nothing to check the names against.
        #expect(problems("services: { Reprot: { handlers: { x: { onExhaustion: kill } } } }") == [])
    }

    @Test func valuesAreChecked() {
        #expect(
            found(
                """
                services:
                  Stock:
                    onExhaustion: park
                    inactivityTimeout: 0s
                    retry: { initial: 10s, max: 1s, attempts: 0, duration: unlimitd }
                    handlers: [count]
                  Report: { retry: { initial: 10s, max: 1s } }
                defaults: { journalRetention: 10, retry: 5 }
                """) == [
                    "3:19: services.Stock.onExhaustion: expected pause or kill, but found 'park'",
                    "4:24: services.Stock.inactivityTimeout: expected a duration such as 500ms, 60s, 5m, 2h, 1d or 1m30s, at "
                        + "least 1ms, but found '0s'",
                    "5:47: services.Stock.retry.attempts: expected an integer of at least 1, or unlimited, but found '0'",
                    "5:60: services.Stock.retry.duration: expected a duration such as 500ms, 60s, 5m, 2h, 1d or 1m30s, at "
                        + "least 1ms, or unlimited, but found 'unlimitd'; did you mean 'unlimited'?",
                    "6:15: services.Stock.handlers: expected a mapping of handlers' names to options, as in nightly: { "
                        + "inactivityTimeout: 10m }, but found a list",
                    "7:20: services.Report.retry: the longest wait, 'max', is shorter than the first, 'initial'",
                    "8:31: defaults.journalRetention: expected a duration such as 500ms, 60s, 5m, 2h, 1d or 1m30s, but found "
                        + "'10': the unit is missing, as in 10ms or 10s",
                    "8:42: defaults.retry: expected a mapping with 'initial', 'factor', 'max' …, but found '5'",
                ])
    }

    @Test func validatesWhatWasMadeInCode() {
        var made = Configuration()
        made.services = [ServiceSettings(name: "Stcok")]
        #expect(
            made.validate(against: services).map(\.description) == [
                "configuration: services.Stcok: there is no service 'Stcok'; did you mean 'Stock'?"
            ])
    }
}
