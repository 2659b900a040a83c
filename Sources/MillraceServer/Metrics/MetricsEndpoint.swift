import MillraceConfiguration
import MillraceHTTP
import MillraceTelemetry
import Synchronization

/// The pages for machines that watch: `/metrics` for Prometheus, `/health` for load balancers and the like.
final class MetricsEndpoint: Sendable {
    /// How the node is, for `/health`.
    enum Health: Equatable {
        case starting
        case running
        case stopping
        case failing(String)
    }

    private final class State: Sendable {
        let health = Mutex(Health.starting)
    }

    private let server: HTTPServer
    private let state: State

    /// Listens from now on.
    init(_ configuration: MetricsConfiguration, registry: MetricsRegistry) throws(HTTPServerError) {
        var options = HTTPServerOptions()
        options.address = try Self.address(configuration)
        options.threadName = "millrace-http"
        options.maxConnections = 64
        let state = State()
        self.state = state
        server = try HTTPServer(options) { request in Self.answer(request, registry, state.health.withLock { $0 }) }
    }

    /// Where it listens, as `HOST:PORT`.
    var address: String { server.address.description }

    func set(_ health: Health) { state.health.withLock { $0 = health } }

    func stop() { server.beginStop(grace: .seconds(1)) }

    private static func address(_ configuration: MetricsConfiguration) throws(HTTPServerError) -> SocketAddress {
        let host = configuration.address.contains(":") ? "[\(configuration.address)]" : configuration.address
        do throws(SocketAddressError) {
            return try SocketAddress("\(host):\(configuration.port)")
        } catch {
            throw .system(.loopback(port: UInt16(clamping: configuration.port)), reason: "\(error)")
        }
    }

    static func answer(_ request: HTTPRequest, _ registry: MetricsRegistry, _ health: Health) -> HTTPResponse {
        guard request.method == .get || request.method == .head else {
            var response = HTTPResponse.text("only GET\n", .methodNotAllowed)
            response.headers.add("allow", "GET, HEAD")
            return response
        }
        switch request.path {
        case "/metrics": return .text(registry.prometheusText(), type: MetricsRegistry.contentType)
        case "/health":
            switch health {
            case .running: return .text("ok\n")
            case .starting: return .text("starting\n", .serviceUnavailable)
            case .stopping: return .text("stopping\n", .serviceUnavailable)
            case .failing(let reason): return .text(reason + "\n", .serviceUnavailable)
            }
        case "/": return .text("/metrics for Prometheus, /health for whether it runs\n")
        default: return .text("there is no \(request.path); there are /metrics and /health\n", .notFound)
        }
    }
}
