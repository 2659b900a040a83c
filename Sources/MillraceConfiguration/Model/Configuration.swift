/// A whole configuration: what one YAML file says, with defaults where it says nothing.
public struct Configuration: Sendable, Equatable {
    /// The Kafka clusters.
    public var kafka = KafkaConfiguration()
    /// What holds for each subscription and each handler that does not say otherwise.
    public var defaults = ConfigurationDefaults()
    /// Threads and limits.
    public var engine = EngineConfiguration()
    /// The data directory.
    public var storage = StorageConfiguration()
    /// The port for Prometheus.
    public var metrics = MetricsConfiguration()
    /// The log.
    public var log = LogConfiguration()
    /// What is consumed, in the file's order.
    public var subscriptions: [Subscription] = []
    /// What is invoked at times, in the file's order.
    public var schedules: [Schedule] = []
    /// What is said of services and their handlers, in the file's order.
    public var services: [ServiceSettings] = []

    var origins = Origins()

    /// The defaults, without clusters, subscriptions, schedules and services.
    public init() {}

    /// The problem that `message` tells of an option, with the option's place in the file that this was read from.
    ///
    /// For checks that only others can make, such as a RocksDB option's name.
    /// - Parameter option: the path, such as `storage.rocksdb` or `subscriptions[0].source`. One that the file does
    ///   not hold has the place of the nearest part of the path that it holds.
    public func problem(at option: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(
            file: origins.file, position: origins.position(of: option), option: option, message: message)
    }
}
