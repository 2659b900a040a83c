/// What a scrape found: collectors add to it, and ``MetricsRegistry`` renders it.
public struct MetricSamples {
    enum Kind: String { case counter, gauge, histogram }
    enum Value {
        case number(Double)
        case histogram(HistogramSnapshot)
    }
    struct Family {
        let kind: Kind
        let help: String
        var series: [[MetricLabel]: Value] = [:]
    }
    private(set) var families: [String: Family] = [:]

    /// Adds a number that goes up and down. Of one name and labels the last value counts.
    public mutating func gauge(_ name: String, help: String, labels: [MetricLabel] = [], _ value: Double) {
        add(name, .gauge, help: help, labels: labels, .number(value))
    }

    /// Adds a number that only grows. Of one name and labels the last value counts.
    public mutating func counter(_ name: String, help: String, labels: [MetricLabel] = [], _ value: Double) {
        add(name, .counter, help: help, labels: labels, .number(value))
    }

    /// Adds a histogram. Of one name and labels the last one counts.
    public mutating func histogram(
        _ name: String, help: String, labels: [MetricLabel] = [], _ value: HistogramSnapshot
    ) { add(name, .histogram, help: help, labels: labels, .histogram(value)) }

    /// Adds a family that may have no series yet.
    mutating func declare(_ name: String, _ kind: Kind, help: String) {
        guard let known = families[name] else {
            precondition(MetricLabel.isValid(name, allowingColon: true), "'\(name)' cannot name a metric")
            families[name] = Family(kind: kind, help: help)
            return
        }
        precondition(known.kind == kind, "the metric '\(name)' is a \(known.kind) and a \(kind)")
    }

    mutating func add(_ name: String, _ kind: Kind, help: String, labels: [MetricLabel], _ value: Value) {
        declare(name, kind, help: help)
        for label in labels {
            precondition(MetricLabel.isValid(label.name), "'\(label.name)' cannot name a label of '\(name)'")
        }
        families[name]?.series[labels] = value
    }
}
