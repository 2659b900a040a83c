import MillraceConfiguration
import Testing

@Suite struct SecretTests {
    private let cluster = """
        kafka:
          clusters:
            main:
              bootstrap.servers: ${SERVERS:-localhost:9092}
              sasl.username: ${USER}
              sasl.password: hunter2
              ssl.key.pem: |
                -----BEGIN PRIVATE KEY-----
                hunter2
              socket.keepalive.enable: true
              session.timeout.ms: 6000
        """

    @Test func settingsDescribeThemselvesWithoutSecrets() throws {
        let main = try configuration(cluster, ["USER": "hunter2"]).kafka.clusters[0]
        #expect(
            main.settings.map(\.description) == [
                "bootstrap.servers=localhost:9092", "sasl.username=***", "sasl.password=***", "ssl.key.pem=***",
                "socket.keepalive.enable=true", "session.timeout.ms=6000",
            ])
        #expect(main.settings[1].value.revealed == "hunter2")
        #expect(main.settings[3].value.revealed == "-----BEGIN PRIVATE KEY-----\nhunter2\n")
    }

    @Test func noPrintedFormOfAConfigurationHoldsASecret() throws {
        let read = try configuration(cluster, ["USER": "hunter2", "SERVERS": "broker:9092"])
        var dumped = ""
        dump(read, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!String(describing: read).contains("hunter2"))
        #expect(!String(reflecting: read).contains("hunter2"))
        #expect(dumped.contains("***"))
    }

    /// Where the cluster is must be in the log, also when the environment says it.
    @Test func aClustersAddressIsNoSecret() throws {
        let main = try configuration(cluster, ["USER": "x", "SERVERS": "broker:9092"]).kafka.clusters[0]
        #expect(main.settings[0].description == "bootstrap.servers=broker:9092")
    }

    @Test func knowsSecretsByTheirNames() {
        for name in [
            "sasl.password", "ssl.key.password", "ssl.keystore.password", "sasl.oauthbearer.client.secret",
            "ssl.key.pem", "sasl.oauthbearer.config", "SASL.Password",
        ] {
            #expect(KafkaSetting.isSecret(name), "\(name)")
        }
        for name in ["bootstrap.servers", "sasl.username", "ssl.ca.location", "ssl.certificate.pem"] {
            #expect(!KafkaSetting.isSecret(name), "\(name)")
        }
    }

    @Test func errorsShowNoValueOfTheEnvironment() {
        let environment: Environment = ["V": "hunter2", "K": "$.hunter2..x", "S": "service://hunter2/hunter2"]
        let found = problems(
            """
            metrics: { port: "${V}", address: "a${V}" }
            log: { level: "${V}" }
            storage: { memory: "${V}", durability: "${V}" }
            subscriptions:
              - { source: "${V}", sink: "${V}", key: "${K}", start: "${V}" }
              - { source: "kafka://${V}/t", sink: "${S}" }
              - { source: "kafka://${V}/t", sink: "${S}" }
            """, environment, services: [ServiceSummary(name: "hunter", kind: .keyed, handlers: ["hunter1"])])
        #expect(found.count == 14)
        #expect(!found.joined().contains("hunter2"))
        #expect(
            found.first
                == "m.yaml:1:18: metrics.port: expected an integer from 0 to 65535, but found '${V}', which the "
                + "environment makes something else")
    }

    @Test func errorsShowNothingOfACluster() {
        let found = problems(
            """
            kafka:
              clusters:
                a: hunter2
                b: { bootstrap.servers: x, sasl.password: [hunter2], ssl.key.password: { hunter2: 1 } }
                c: { bootstrap.servers: x, group.id: "hunter2\\t" }
            """)
        #expect(
            found == [
                "m.yaml:3:8: kafka.clusters.a: expected a mapping of librdkafka's settings, as in "
                    + "{ bootstrap.servers: \"localhost:9092\" }, but found another value",
                "m.yaml:4:47: kafka.clusters.b.sasl.password: expected a text, a number, true or false, but found a list",
                "m.yaml:4:76: kafka.clusters.b.ssl.key.password: expected a text, a number, true or false, but found a "
                    + "mapping",
                "m.yaml:5:42: kafka.clusters.c.group.id: expected a text that is not empty, but found another value",
            ])
    }

    @Test func librdkafkasReasonsAreNotShownForSecrets() {
        let refuse: (String, String) -> KafkaSettingVerdict = { .refused(reason: "no \($1) for \($0)") }
        let found = problems(
            "kafka: { clusters: { a: { bootstrap.servers: x, sasl.password: hunter2, linger.ms: '${L}' } } }",
            ["L": "hunter2"], kafkaSetting: refuse)
        #expect(
            found == [
                "m.yaml:1:46: kafka.clusters.a.bootstrap.servers: librdkafka does not take this value: no x for "
                    + "bootstrap.servers",
                "m.yaml:1:64: kafka.clusters.a.sasl.password: librdkafka does not take this value",
                "m.yaml:1:84: kafka.clusters.a.linger.ms: librdkafka does not take this value",
            ])
    }
}
