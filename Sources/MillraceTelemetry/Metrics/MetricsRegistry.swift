import Synchronization

/// The metrics of a process.
///
/// Metrics are made once and kept by those who change them; what can be asked for instead (a queue's depth, a database's
/// property) comes from collectors, which run at every scrape. Names follow Prometheus: unit at the end, `_total` for
/// counters. Any thread may call any function.
public final class MetricsRegistry: Sendable {
    /// Adds samples at a scrape. It runs on the thread that scrapes and must be quick.
    public typealias Collector = @Sendable (inout MetricSamples) -> Void

    private enum Family {
        case counter(MetricFamily<Counter>)
        case gauge(MetricFamily<Gauge>)
        case histogram(MetricFamily<Histogram>)
    }
    private struct Registered {
        let help: String
        let family: Family
    }
    private struct State {
        var families: [String: Registered] = [:]
        var collectors: [Collector] = []
    }
    private let state = Mutex(State())

    /// A registry without metrics.
    public init() {}

    /// The counter of this name; made at the first call.
    public func counter(_ name: String, help: String) -> Counter { counters(name, help: help, labels: []).with([]) }

    /// The gauge of this name; made at the first call.
    public func gauge(_ name: String, help: String) -> Gauge { gauges(name, help: help, labels: []).with([]) }

    /// The histogram of this name; made at the first call.
    public func histogram(_ name: String, help: String, buckets: HistogramBuckets = .latencies) -> Histogram {
        histograms(name, help: help, labels: [], buckets: buckets).with([])
    }

    /// The counters of this name, one for each combination of the labels' values.
    public func counters(_ name: String, help: String, labels: [String]) -> MetricFamily<Counter> {
        let made = Family.counter(MetricFamily(labelNames: labels) { Counter() })
        guard case .counter(let family) = family(name, help: help, labels: labels, made) else {
            preconditionFailure("the metric '\(name)' was registered before and is no counter")
        }
        precondition(family.labelNames == labels, "the metric '\(name)' has the labels \(family.labelNames)")
        return family
    }

    /// The gauges of this name, one for each combination of the labels' values.
    public func gauges(_ name: String, help: String, labels: [String]) -> MetricFamily<Gauge> {
        let made = Family.gauge(MetricFamily(labelNames: labels) { Gauge() })
        guard case .gauge(let family) = family(name, help: help, labels: labels, made) else {
            preconditionFailure("the metric '\(name)' was registered before and is no gauge")
        }
        precondition(family.labelNames == labels, "the metric '\(name)' has the labels \(family.labelNames)")
        return family
    }

    /// The histograms of this name, one for each combination of the labels' values.
    public func histograms(
        _ name: String, help: String, labels: [String], buckets: HistogramBuckets = .latencies
    ) -> MetricFamily<Histogram> {
        let made = Family.histogram(MetricFamily(labelNames: labels) { Histogram(buckets: buckets) })
        guard case .histogram(let family) = family(name, help: help, labels: labels, made) else {
            preconditionFailure("the metric '\(name)' was registered before and is no histogram")
        }
        precondition(family.labelNames == labels, "the metric '\(name)' has the labels \(family.labelNames)")
        return family
    }

    /// Has `collector` asked at every scrape from now on.
    public func collect(_ collector: @escaping Collector) { state.withLock { $0.collectors.append(collector) } }

    /// Everything as text in Prometheus' exposition format 0.0.4, sorted by name and labels.
    ///
    /// Its content type is ``contentType``.
    public func prometheusText() -> String { PrometheusText.render(samples()) }

    /// The content type of ``prometheusText()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private func family(_ name: String, help: String, labels: [String], _ made: Family) -> Family {
        precondition(MetricLabel.isValid(name, allowingColon: true), "'\(name)' cannot name a metric")
        for label in labels {
            precondition(MetricLabel.isValid(label) && label != "le", "'\(label)' cannot name a label of '\(name)'")
        }
        return state.withLock { state in
            if let known = state.families[name] { return known.family }
            state.families[name] = Registered(help: help, family: made)
            return made
        }
    }

    private func samples() -> MetricSamples {
        // The collectors run outside the lock, so that they may make metrics.
        let (families, collectors) = state.withLock { ($0.families, $0.collectors) }
        var samples = MetricSamples()
        for (name, registered) in families {
            switch registered.family {
            case .counter(let family):
                samples.declare(name, .counter, help: registered.help)
                for (labels, counter) in family.all {
                    samples.counter(name, help: registered.help, labels: labels, Double(counter.value))
                }
            case .gauge(let family):
                samples.declare(name, .gauge, help: registered.help)
                for (labels, gauge) in family.all {
                    samples.gauge(name, help: registered.help, labels: labels, gauge.value)
                }
            case .histogram(let family):
                samples.declare(name, .histogram, help: registered.help)
                for (labels, histogram) in family.all {
                    samples.histogram(name, help: registered.help, labels: labels, histogram.snapshot)
                }
            }
        }
        for collector in collectors { collector(&samples) }
        return samples
    }
}
