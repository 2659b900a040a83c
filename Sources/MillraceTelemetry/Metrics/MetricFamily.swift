import Synchronization

/// The metrics of one name, one for each combination of its labels' values.
///
/// A look-up takes a lock and hashes the values: keep the metric where it is used often.
public final class MetricFamily<Metric: AnyObject & Sendable>: Sendable {
    /// The labels' names, in the order in which their values are given.
    public let labelNames: [String]
    private let make: @Sendable () -> Metric
    private let metrics = Mutex<[[String]: Metric]>([:])

    init(labelNames: [String], make: @escaping @Sendable () -> Metric) {
        self.labelNames = labelNames
        self.make = make
    }

    /// The metric of these labels' values; made at the first call.
    public func with(_ values: String...) -> Metric { with(values) }

    /// The metric of these labels' values; made at the first call.
    public func with(_ values: [String]) -> Metric {
        precondition(values.count == labelNames.count, "\(values) are not values of the labels \(labelNames)")
        return metrics.withLock { metrics in
            if let metric = metrics[values] { return metric }
            let metric = make()
            metrics[values] = metric
            return metric
        }
    }

    /// Forgets the metric of these values, for example of a partition that moved away.
    public func remove(_ values: String...) { metrics.withLock { _ = $0.removeValue(forKey: values) } }

    /// All metrics with their labels.
    var all: [(labels: [MetricLabel], metric: Metric)] {
        metrics.withLock { $0 }.map { values, metric in (zip(labelNames, values).map(MetricLabel.init), metric) }
    }
}
