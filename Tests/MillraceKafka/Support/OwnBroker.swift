import Foundation
import Glibc
import TestKit
import Testing

@testable import MillraceKafka

/// A real broker of one test, which may kill it or freeze it. Started by the script that `MILLRACE_KAFKA_SCRIPT` names,
/// which `make test-kafka` sets where it finds it.
final class OwnBroker {
    private static let script = ProcessInfo.processInfo.environment["MILLRACE_KAFKA_SCRIPT"] ?? ""
    static var isThere: Bool { RealBroker.isThere && FileManager.default.isExecutableFile(atPath: script) }
    static let hint: Comment =
        "left out: needs a real broker that may be killed; `make test-kafka` runs this where it finds kafka.sh"

    let port: Int
    let directory: TemporaryDirectory
    private let options: [String]

    var address: String { "127.0.0.1:\(port)" }
    var saslAddress: String { "127.0.0.1:\(port + 2)" }
    var tlsAddress: String { "localhost:\(port + 3)" }
    /// The certificate that makes its TLS certificate trusted.
    var certificate: String { directory.path + "/ca.pem" }

    /// Runs `body` with a broker, and ends that afterwards.
    static func with(_ options: String..., body: (OwnBroker) throws -> Void) throws {
        let broker = try OwnBroker(options)
        defer { broker.end() }
        try body(broker)
    }

    private init(_ options: [String]) throws {
        port = try Self.freePort()
        directory = try TemporaryDirectory()
        self.options = options
        try start()
    }

    func start() throws { try perform("start", options) }
    func kill() throws { try perform("kill") }
    func freeze() throws { try perform("freeze") }
    func thaw() throws { try perform("thaw") }

    private func end() {
        // A broker that is frozen does not hear that it is to end.
        _ = try? perform("thaw")
        _ = try? perform("kill")
    }

    func settings(_ more: [(String, String)] = [], group: String = "test", at address: String? = nil)
        -> KafkaClusterSettings
    {
        KafkaClusterSettings(
            name: "main", properties: [("bootstrap.servers", address ?? self.address)] + more, groupID: group)
    }

    @discardableResult
    private func perform(_ command: String, _ options: [String] = []) throws -> String {
        try Self.run([command, "--port", "\(port)", "--dir", directory.path] + options)
    }

    /// Runs one of the broker's own tools.
    static func tool(_ tool: String, port: String, _ arguments: [String]) throws -> String {
        try run([tool, "--port", port] + arguments)
    }

    struct Failure: Error {
        let arguments: [String]
        let status: Int32
        let output: String
    }

    /// Runs the script to its end. Foundation's `Process` would wait for the broker that the script leaves behind.
    private static func run(_ arguments: [String]) throws -> String {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/output"
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT, 0o600)
        let words = unsafe ([script] + arguments).map { unsafe strdup($0) } + [nil]
        let variables = unsafe ProcessInfo.processInfo.environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        var process: pid_t = 0
        let failure = unsafe posix_spawn(&process, script, &actions, nil, words, variables)
        guard failure == 0 else { throw Failure(arguments: arguments, status: failure, output: "it does not start") }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        let output = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        guard status == 0 else { throw Failure(arguments: arguments, status: status, output: output) }
        return output
    }

    /// A port that is free with its three neighbours, below those that the system gives to clients.
    private static func freePort() throws -> Int {
        for _ in 0..<200 {
            let port = 12_000 + 4 * Int.random(in: 0..<2000)
            if (port..<port + 4).allSatisfy(isFree) { return port }
        }
        throw Failure(arguments: [], status: 0, output: "no free port")
    }

    private static func isFree(_ port: Int) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
