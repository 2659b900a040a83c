import MillraceConfiguration
import Testing

@testable import MillraceServer

@Suite struct SourcePlanTests {
    private func plan(_ yaml: String) throws -> SourcePlan { SourcePlan(try read(yaml)) }

    @Test func aClusterHasOneSourceAndOneMoreForATopicThatIsReadTwice() throws {
        let plan = try plan(
            """
            kafka: { clusters: { main: { bootstrap.servers: x, group.id: g }, other: { bootstrap.servers: y } } }
            subscriptions:
              - { source: kafka://main/a, sink: service://Counter/count }
              - { source: kafka://main/b, sink: service://Counter/count }
              - { source: kafka://main/a, sink: service://Counter/reset }
              - { source: kafka://main/a, sink: service://Notifier/notify }
              - { source: kafka://other/a, sink: service://Counter/count }
              - { source: file:f, sink: service://Notifier/notify, key: none }
              - { source: stdin, sink: service://Notifier/notify, key: none, name: in }
              - { source: kafka://main/c, sink: service://Counter/count, paused: true }
            """)
        #expect(
            plan.kafka == [
                .init(
                    cluster: "main", groupID: "g",
                    topics: [.init(topic: "a", subscription: 0), .init(topic: "b", subscription: 1)]),
                .init(cluster: "main", groupID: "g-2", topics: [.init(topic: "a", subscription: 2)]),
                .init(cluster: "main", groupID: "g-3", topics: [.init(topic: "a", subscription: 3)]),
                .init(cluster: "other", groupID: "millrace", topics: [.init(topic: "a", subscription: 4)]),
            ])
        #expect(plan.lines == [.init(path: "f", subscription: 5), .init(path: nil, subscription: 6)])
        #expect(plan.paused == [7])
        #expect(!plan.isFinite)
    }

    @Test func filesAloneComeToAnEnd() throws {
        #expect(try plan("subscriptions: [{ source: file:f, sink: service://Notifier/notify, key: none }]").isFinite)
        #expect(try !plan("storage: { memory: 1GiB }").isFinite)
    }
}

/// A configuration for the services of the tests.
func read(_ yaml: String) throws -> Configuration {
    try ConfigurationReader.read(text: yaml, file: "m.yaml", environment: [:]).get()
}
