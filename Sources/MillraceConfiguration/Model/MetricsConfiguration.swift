/// The port for Prometheus.
public struct MetricsConfiguration: Sendable, Equatable {
    /// The TCP port, or 0 for none.
    public var port = 9464
    /// The IP address that it is bound to.
    public var address = "127.0.0.1"

    /// The defaults.
    public init() {}
}
