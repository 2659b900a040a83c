import MillraceConfiguration
import MillraceEngine
import MillraceTelemetry
import Synchronization
import TestKit

@testable import MillraceServer

/// A node of the services of the tests, in this process, with a source and a sink that the test holds.
final class CountingNode {
    static let yaml = """
        kafka: { clusters: { main: { bootstrap.servers: x } } }
        metrics: { port: 0 }
        subscriptions:
          - { name: numbers, source: kafka://main/numbers, sink: service://Counter/count }
        """

    let node: Node
    let handler = CollectingLogHandler()
    let source: FakeSource
    let sink: FakeSink

    /// - Parameter directory: a data directory to go on with; otherwise a new one.
    init(directory: TemporaryDirectory? = nil, yaml: String = CountingNode.yaml) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        let fakes = FakeConnectors()
        var configuration = try read(yaml)
        configuration.storage.directory = directory.path + "/data"
        node = try MillraceApplication.counting(fakes.connectors).makeNode(
            configuration, logger: Logger(label: "", handler: handler))
        try node.start()
        source = fakes.sources.withLock { $0[0] }
        sink = fakes.sinks.withLock { $0[0] }
    }

    private let directory: TemporaryDirectory

    func stop() { node.stop() }

    /// Waits until the figures are so; the suite's time limit ends a wait that would never end.
    func wait(until holds: @escaping @Sendable (EngineStatistics) -> Bool) async {
        let node = node
        await onThread {
            let signal = Signal()
            while !holds(node.statistics) { signal.wait(timeoutMilliseconds: 2) }
        }
    }
}
