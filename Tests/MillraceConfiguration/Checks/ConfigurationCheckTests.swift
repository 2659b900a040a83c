import MillraceConfiguration
import Testing

@Suite struct ConfigurationCheckTests {
    private let services = [
        ServiceSummary(name: "EventEnricher", kind: .keyed, handlers: ["userEvent", "featureEvent"]),
        ServiceSummary(name: "Notify", kind: .unkeyed, handlers: ["send"]),
    ]

    private func found(_ subscriptions: String) -> [String] {
        problems(
            "kafka: { clusters: { main: { bootstrap.servers: x } } }\nsubscriptions:\n" + subscriptions,
            services: services)
    }

    @Test func aSinkMustBeOffered() {
        #expect(
            found(
                """
                - { source: kafka://main/a, sink: service://EventEnrichr/userEvent }
                - { source: kafka://main/b, sink: service://Notify/sned }
                - { source: kafka://main/c, sink: service://Billing/x }
                - { source: kafka://main/d, sink: service://Notify/charge }
                """) == [
                    "m.yaml:3:35: subscriptions[0].sink: there is no service of the name in "
                        + "'service://EventEnrichr/userEvent'; did you mean 'EventEnricher'?",
                    "m.yaml:4:35: subscriptions[1].sink: service 'Notify' has no handler of the name in "
                        + "'service://Notify/sned'; did you mean 'send'?",
                    "m.yaml:5:35: subscriptions[2].sink: there is no service of the name in 'service://Billing/x'; this "
                        + "application offers 'EventEnricher', 'Notify'",
                    "m.yaml:6:35: subscriptions[3].sink: service 'Notify' has no handler of the name in "
                        + "'service://Notify/charge'; its handlers are 'send'",
                ])
    }

    @Test func aKeyedServiceNeedsAKey() {
        #expect(
            found(
                """
                - { source: kafka://main/a, sink: service://EventEnricher/userEvent, key: none }
                - { source: kafka://main/a, sink: service://Notify/send, key: none }
                """) == [
                    "m.yaml:3:75: subscriptions[0].key: 'EventEnricher' has keys, so each record needs one; expected "
                        + "record, header:NAME or a JSON path, but found 'none'"
                ])
    }

    @Test func aLineHasNoKeyAndNoHeadersBesideItself() {
        #expect(
            found(
                """
                - { source: file:a, sink: service://EventEnricher/userEvent }
                - { source: stdin, sink: service://EventEnricher/featureEvent, key: record }
                - { source: file:b, sink: service://EventEnricher/userEvent, key: header:id }
                - { source: file:c, sink: service://EventEnricher/userEvent, key: none }
                - { source: file:d, sink: service://EventEnricher/userEvent, key: $.user.id }
                - { source: file:e, sink: service://Notify/send }
                """) == [
                    "m.yaml:3:3: subscriptions[0].key: 'EventEnricher' has keys, and a line has none beside itself; say where "
                        + "in it the key is, with a JSON path such as 'key: $.user.id'",
                    "m.yaml:4:69: subscriptions[1].key: 'EventEnricher' has keys, and a line has none beside itself; say where "
                        + "in it the key is, with a JSON path such as 'key: $.user.id'",
                    "m.yaml:5:67: subscriptions[2].key: a line has no headers; expected a JSON path to the key in the line, "
                        + "such as $.user.id, or none, but found 'header:id'",
                    "m.yaml:6:67: subscriptions[3].key: 'EventEnricher' has keys, so each record needs one; expected a JSON "
                        + "path such as $.user.id, but found 'none'",
                ])
    }

    @Test func subscriptionsDiffer() {
        #expect(
            found(
                """
                - { source: kafka://main/a, sink: service://Notify/send }
                - { source: kafka://main/a, sink: service://Notify/send, key: none }
                - { source: kafka://main/b, sink: service://Notify/send, name: n }
                - { source: kafka://main/c, sink: service://Notify/send, name: n }
                - { source: kafka://main/d, sink: service://Notify/send, name: main/a -> Notify/send }
                - { source: stdin, sink: service://Notify/send }
                - { source: stdin, sink: service://EventEnricher/userEvent, key: $.id }
                """) == [
                    "m.yaml:4:3: subscriptions[1]: the same source and sink as subscriptions[0] in line 3",
                    "m.yaml:6:64: subscriptions[3].name: the same name as subscriptions[2] in line 5",
                    "m.yaml:7:64: subscriptions[4].name: the same name as subscriptions[1] in line 4",
                    "m.yaml:9:13: subscriptions[6].source: standard input can be read once, and subscriptions[5] in line 8 "
                        + "reads it",
                ])
    }

    @Test func aStartMustBeOneThatTheSourceHas() {
        #expect(
            found(
                """
                - { source: file:a, sink: service://Notify/send, start: timestamp:0 }
                - { source: stdin, sink: service://Notify/send, start: latest }
                """) == [
                    "m.yaml:3:57: subscriptions[0].start: a file has no timestamps; expected earliest, latest or offset:BYTE",
                    "m.yaml:4:56: subscriptions[1].start: standard input is read from its beginning; expected earliest",
                ])
    }

    @Test func aClusterMustBeKnown() {
        #expect(
            problems("subscriptions: [{ source: kafka://main/t, sink: service://A/b }]") == [
                "m.yaml:1:27: subscriptions[0].source: there is no Kafka cluster of the name in 'kafka://main/t'; name one "
                    + "under kafka.clusters"
            ])
        // What is wrong with the clusters is said once.
        #expect(
            problems(
                "kafka: { cluster: { main: {} } }\nsubscriptions: [{ source: kafka://main/t, sink: service://A/b }]")
                == ["m.yaml:1:10: kafka: unknown key 'cluster'; did you mean 'clusters'?"])
    }

    @Test func aClustersSettingsAreLibrdkafkasButForMillracesOwn() {
        let found = problems(
            """
            kafka:
              clusters:
                main:
                  bootstrap.server: x
                  enable.auto.commit: true
                  auto.offset.reset: latest
                  transactional.id: x
                other: { test.mock.num.brokers: 3, group.id: g }
                "a/b": {}
            """,
            kafkaSetting: { name, _ in
                name == "bootstrap.server" ? .unknown : .accepted
            })
        #expect(
            found == [
                "m.yaml:3:5: kafka.clusters.main: 'bootstrap.servers' is missing; expected brokers to ask for the others, such as "
                    + "localhost:9092",
                "m.yaml:4:25: kafka.clusters.main.bootstrap.server: librdkafka has no setting of this name; did you mean "
                    + "'bootstrap.servers'?",
                "m.yaml:5:7: kafka.clusters.main: enable.auto.commit is set by Millrace, which keeps offsets in its store, "
                    + "with the state that they belong to; leave it out",
                "m.yaml:6:7: kafka.clusters.main: auto.offset.reset has no effect here; set 'start' and "
                    + "'onOffsetOutOfRange' of the subscription instead",
                "m.yaml:7:7: kafka.clusters.main: transactional.id is set by Millrace, whose producer neither loses nor "
                    + "reorders records; leave it out",
                "m.yaml:9:5: kafka.clusters: a cluster's name is made of letters, digits, '.', '_' and '-', but found 'a/b'",
            ])
    }

    @Test func validatesAConfigurationThatWasRead() throws {
        let text = "subscriptions:\n  - source: file:a\n    sink: service://Notfy/send\n"
        let read = try configuration(text)
        #expect(
            read.validate(against: services).map(\.description) == [
                "m.yaml:3:11: subscriptions[0].sink: there is no service of the name in 'service://Notfy/send'; did you "
                    + "mean 'Notify'?"
            ])
        #expect(read.validate(against: [ServiceSummary(name: "Notfy", kind: .unkeyed, handlers: ["send"])]).isEmpty)
    }

    @Test func validatesAConfigurationMadeInCode() {
        var made = Configuration()
        made.subscriptions = [
            Subscription(
                source: .kafka(cluster: "main", topic: "t"), sink: SubscriptionSink(service: "Notify", handler: "sent"))
        ]
        #expect(
            made.validate(against: services).map(\.description) == [
                "configuration: subscriptions[0].source: there is no Kafka cluster of the name in 'kafka://main/t'; name "
                    + "one under kafka.clusters",
                "configuration: subscriptions[0].sink: service 'Notify' has no handler of the name in "
                    + "'service://Notify/sent'; did you mean 'send'?",
            ])
    }
}
