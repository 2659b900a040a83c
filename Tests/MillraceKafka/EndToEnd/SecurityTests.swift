import Foundation
import Millrace
import TestKit
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// Passwords and certificates, right and wrong. What is wrong is a state that a person can see, and nothing else.
@Suite(.enabled(if: OwnBroker.isThere, OwnBroker.hint), .timeLimit(.minutes(5)), .serialized)
struct SecurityTests {
    private static let password = "s3cret-of-alice"

    @Test
    func aWrongPasswordIsSaidAndTheRightOneWorks() throws {
        try OwnBroker.with("--sasl", "alice:\(Self.password)") { broker in
            try KafkaAdmin(broker.settings()).createTopic("in", partitions: 1)
            try KafkaAdmin(broker.settings()).createTopic("out", partitions: 1)
            try KafkaProbe(broker.settings()).produce(RealBroker.records(0..<10), to: "in")
            let recorder = Recorder(output: "out")
            let directory = try TemporaryDirectory()
            func setup(_ password: String) -> TestNode.Setup {
                TestNode.Setup(
                    topic: "in",
                    cluster: broker.settings(
                        [
                            ("security.protocol", "sasl_plaintext"), ("sasl.mechanisms", "PLAIN"),
                            ("sasl.username", "alice"), ("sasl.password", password),
                        ], at: broker.saslAddress))
            }
            try TestNode.run(directory, recorder, setup("wr0ng-password")) { node in
                #expect(node.observer.wait { $0.isRetrying && $0.reason.contains("uthentication") })
                let reason = node.observer.status()?.reason ?? ""
                #expect(reason.hasPrefix("cannot reach kafka cluster 'main': "))
                #expect(!reason.contains("wr0ng") && !reason.contains(Self.password))
            }
            #expect(recorder.seen.isEmpty)
            try TestNode.run(directory, recorder, setup(Self.password)) { node in
                #expect(recorder.wait(count: 10))
                #expect(node.waitUntilIdle())
                #expect(node.sink.status == .running)
            }
            #expect(try KafkaProbe(broker.settings()).consume("out", atLeast: 10).count == 10)
        }
    }

    @Test
    func aSinkSaysThatThePasswordIsWrong() throws {
        try OwnBroker.with("--sasl", "alice:\(Self.password)") { broker in
            let sink = try KafkaSink(
                broker.settings(
                    [
                        ("security.protocol", "sasl_plaintext"), ("sasl.mechanisms", "PLAIN"),
                        ("sasl.username", "alice"), ("sasl.password", "wr0ng-password"),
                    ], at: broker.saslAddress), log: Lines.standardError)
            try sink.start()
            defer { sink.stop(drainMilliseconds: 0) }
            sink.send(Emitter(shard: 0).batch([("out", "k", "v")]))
            #expect(
                Waiting.wait {
                    guard case .waiting(let reasons) = sink.status else { return false }
                    return reasons.contains { $0.contains("uthentication") && !$0.contains("wr0ng") }
                })
            #expect(sink.unacknowledgedRecords == 1)
        }
    }

    @Test
    func theRightCertificateIsTrustedAndAnotherIsNot() throws {
        try OwnBroker.with("--tls") { broker in
            try KafkaAdmin(broker.settings()).createTopic("in", partitions: 1)
            try KafkaProbe(broker.settings()).produce(RealBroker.records(0..<10), to: "in")
            let other = broker.directory.path + "/other.pem"
            try Data(Self.otherCertificate.utf8).write(to: URL(fileURLWithPath: other))
            let recorder = Recorder()
            let directory = try TemporaryDirectory()
            func setup(_ certificate: String) -> TestNode.Setup {
                TestNode.Setup(
                    topic: "in",
                    cluster: broker.settings(
                        [("security.protocol", "ssl"), ("ssl.ca.location", certificate)], at: broker.tlsAddress))
            }
            try TestNode.run(directory, recorder, setup(other)) { node in
                #expect(
                    node.observer.wait {
                        $0.isRetrying && $0.reason.hasPrefix("cannot reach kafka cluster 'main': ")
                            && $0.reason.contains("certificate verify failed")
                    })
            }
            #expect(recorder.seen.isEmpty)
            try TestNode.run(directory, recorder, setup(broker.certificate)) { _ in
                #expect(recorder.wait(count: 10))
            }
            // Without TLS on a port that wants it: no crash, and a word about what is expected there.
            let plain = TestNode.Setup(topic: "in", cluster: broker.settings(at: broker.tlsAddress))
            try TestNode.run(directory, recorder, plain) { node in
                #expect(node.observer.wait { $0.isRetrying && $0.reason.contains("cannot reach kafka cluster") })
            }
        }
    }

    /// A certificate of nobody whom the broker knows.
    private static let otherCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIDEzCCAfugAwIBAgIUf91Xb+Du9UPvky6ZsJT4kPxjgrIwDQYJKoZIhvcNAQEL
        BQAwGDEWMBQGA1UEAwwNc29tZWJvZHkgZWxzZTAgFw0yNjExMjUxODUzMjBaGA8y
        MTI2MTEwMTE4NTMyMFowGDEWMBQGA1UEAwwNc29tZWJvZHkgZWxzZTCCASIwDQYJ
        KoZIhvcNAQEBBQADggEPADCCAQoCggEBAPdPaHldZAcAxfYXkfpNGFTNs34lj6cJ
        3BkgyZuhQJSJ9EgUgsa9L2XEYXPwKypFP72Qqpvm+FZmUAsgKUmgJGfzjvBwueMP
        YuhpX8h678BvCljONtQS7v7S5c4n79j6fCCOGMFEcLxC8V4pYfSdO4ryRmgiTwm0
        PPxRF5V7/BZAjv1C8CaunwPfAwVSsf4xTyFath84UqEbRD2hZWFYpxQ6SvWRjlE0
        oDTBR/Q0toCvGomlKKgEMhfmPZN9L+cnvwTWn0zaHjORdhoqKMgkWxHk4HX/QhWY
        JVt1SUOVrkEt3vp7n5XAaEBoognpvIXVNfyGESsldZCm44dkzXnsu3cCAwEAAaNT
        MFEwHQYDVR0OBBYEFIMRTsgc1jlshxvPrL2/8iAC4KovMB8GA1UdIwQYMBaAFIMR
        Tsgc1jlshxvPrL2/8iAC4KovMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQEL
        BQADggEBAKPBbkN/7nmQP70yyR2jpNcefd5c43DBQshGAnlmvxDfcuWFEl51c6W9
        4txuu5sm/zX3aV0JZ9qaJcAskNGRBgJK+Dx9yQfCLoLSiEbuExXSPfR+zcw3aE2K
        TUv27nzbZhBrcdPSQwe2A8CTLg97GEw94rm028lZCWKUYxXzyX17/2OKzOXuM7xd
        dXf4NXKdQZSj5GVrzpQFTw4OOKQW9a/QDhJCgZXqRyxKW4A65hZyxU5xnfBjmoKM
        R4W1AIApK56rRrylKIMAgUOuugJfAsS5GvQQCoEfxi3ya3H+WH6bz1N+zrvyeHR9
        y3bKDuD6qutCRB35A4vmLk2ozjOraiw=
        -----END CERTIFICATE-----
        """
}

/// What is wrong with a cluster's settings shows before anything runs.
struct SettingsTests {
    private func settings(_ properties: [(String, String)]) -> KafkaClusterSettings {
        KafkaClusterSettings(name: "main", properties: properties)
    }

    @Test
    func aCertificateThatIsNotThereIsRefusedAtTheStart() throws {
        let settings = settings([
            ("bootstrap.servers", "127.0.0.1:1"), ("security.protocol", "ssl"), ("ssl.ca.location", "/no/such/ca.pem"),
        ])
        let sink = try KafkaSink(settings, log: { _ in })
        let error = #expect(throws: KafkaError.self) { try sink.start() }
        guard case .cannotCreateClient(cluster: "main", let reason) = error else { return #expect(Bool(false)) }
        #expect(reason.contains("ssl.ca.location"))
    }

    @Test
    func unknownAndReservedPropertiesAreNamed() {
        let servers = ("bootstrap.servers", "127.0.0.1:1")
        #expect(throws: KafkaError.self) { try settings([servers, ("sasl.pasword", "x")]).validate() }
        #expect {
            try settings([servers, ("enable.auto.commit", "true")]).validate()
        } throws: { error in
            "\(error)".contains("'enable.auto.commit' cannot be set: the engine keeps the offsets itself")
        }
        #expect {
            try settings([]).validate()
        } throws: { error in "\(error)".contains("'bootstrap.servers': is missing") }
    }

    @Test
    func secretsAreShownNowhere() {
        let settings = settings([
            ("bootstrap.servers", "127.0.0.1:1"), ("sasl.password", "hunter22"), ("ssl.key.password", "k3y-pass"),
        ])
        #expect(settings.redacted("tried hunter22 and k3y-pass") == "tried … and …")
        #expect {
            try KafkaClusterSettings(name: "main", properties: [("ssl.key.pem", "hunter22")]).validate()
        } throws: { error in !"\(error)".contains("hunter22") }
    }
}
