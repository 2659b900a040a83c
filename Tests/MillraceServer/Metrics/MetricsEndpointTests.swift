import MillraceHTTP
import MillraceTelemetry
import Testing

@testable import MillraceServer

@Suite struct MetricsEndpointTests {
    private func answer(
        _ path: String, _ method: HTTPMethod = .get, health: MetricsEndpoint.Health = .running
    ) -> (status: Int, body: String, type: String?) {
        let response = MetricsEndpoint.answer(HTTPRequest(method: method, path: path), MetricsRegistry(), health)
        return (
            Int(response.status.rawValue), String(decoding: response.body, as: UTF8.self),
            response.headers["content-type"]
        )
    }

    @Test func metricsHaveTheTypeThatPrometheusAsksFor() {
        #expect(answer("/metrics").status == 200)
        #expect(answer("/metrics").type == MetricsRegistry.contentType)
    }

    @Test func healthIsOkOnlyWhileItRuns() {
        #expect(answer("/health").status == 200)
        #expect(answer("/health").body == "ok\n")
        #expect(answer("/health", health: .starting).status == 503)
        #expect(answer("/health", health: .stopping).status == 503)
        #expect(answer("/health", health: .failing("the disk is gone")).body == "the disk is gone\n")
    }

    @Test func otherPathsAndMethodsAreRefused() {
        #expect(answer("/metric").status == 404)
        #expect(answer("/metrics", .post).status == 405)
        #expect(answer("/").status == 200)
    }
}
