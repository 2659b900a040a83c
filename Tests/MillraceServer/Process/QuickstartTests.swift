import Foundation
import Glibc
import TestKit
import Testing

/// What a newcomer sees first, as a process of its own.
@Suite(.serialized, .timeLimit(.minutes(5))) struct QuickstartTests {
    private static let configuration = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../examples/event-enrichment/millrace.yaml").standardized.path

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func quickstart(_ arguments: String...) throws -> ServerProcess {
        try ServerProcess(
            ["quickstart", "--config", Self.configuration, "--users", "500"] + arguments,
            environment: ["TMPDIR": directory.path])
    }

    @Test func showsRecordsLatencyAndRateAndEndsByItselfWhereNobodyWatches() async throws {
        let process = try quickstart()
        #expect(await process.end() == .exited(0))
        let text = process.text
        for user in ["ada", "grace", "edsger"] {
            let line = try #require(text.split(separator: "\n").first { $0.contains(#""userId":"\#(user)""#) })
            #expect(line.contains("ms after its user event"))
            // Features that came before the user event are all there.
            #expect(line.matches(of: #/"(?:search|export|share|undo|print)"/#).count == 3, "\(line)")
        }
        #expect(text.contains(#/p50 [0-9.]+ ms, p99 [0-9.]+ ms/#))
        #expect(text.contains(#/[0-9]+ events a second/#))
        #expect(text.contains("Where to go next"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty, "it clears up behind itself")
    }

    @Test func staysWhereItIsToldToUntilASignalComes() async throws {
        let process = try quickstart("--stay")
        #expect(await process.writes("Ctrl-C ends it"))
        #expect(process.text.contains("kcat -b 127.0.0.1:"))
        process.signal(SIGINT)
        #expect(await process.end() == .exited(0))
    }

    @Test func aSignalEndsItAnywhere() async throws {
        let process = try quickstart()
        #expect(await process.writes("An embedded Kafka broker listens on"))
        process.signal(SIGTERM)
        #expect(await process.end() == .exited(0))
        #expect(!process.text.contains("Where to go next"))
    }

    @Test func producingNeedsAConfiguration() async throws {
        let process = try ServerProcess(
            ["produce", "--config", directory.path + "/none.yaml"], environment: ["TMPDIR": directory.path])
        #expect(await process.end() == .exited(78))
        #expect(process.text.contains("none.yaml"))
    }
}
