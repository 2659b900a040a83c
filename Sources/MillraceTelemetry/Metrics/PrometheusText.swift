/// Prometheus' text exposition format, version 0.0.4.
/// ```text
/// # HELP millrace_records_total Records read.
/// # TYPE millrace_records_total counter
/// millrace_records_total{topic="clicks",partition="0"} 17
/// ```
enum PrometheusText {
    static func render(_ samples: MetricSamples) -> String {
        var text = ""
        for (name, family) in samples.families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(escape(family.help, quotes: false))\n# TYPE \(name) \(family.kind)\n"
            let series = family.series.sorted { lhs, rhs in
                lhs.key.lexicographicallyPrecedes(rhs.key) { ($0.name, $0.value) < ($1.name, $1.value) }
            }
            for (labels, value) in series {
                switch value {
                case .number(let value): append(name, labels, value, to: &text)
                case .histogram(let snapshot): append(name, labels, snapshot, to: &text)
                }
            }
        }
        return text
    }

    private static func append(
        _ name: String, _ labels: [MetricLabel], _ snapshot: HistogramSnapshot, to text: inout String
    ) {
        var cumulative = 0
        for (index, count) in snapshot.counts.enumerated() {
            cumulative += count
            let bound = index < snapshot.buckets.bounds.count ? snapshot.buckets.bounds[index] : .infinity
            append("\(name)_bucket", labels + [MetricLabel("le", number(bound))], Double(cumulative), to: &text)
        }
        append("\(name)_sum", labels, snapshot.sum, to: &text)
        append("\(name)_count", labels, Double(cumulative), to: &text)
    }

    private static func append(_ name: String, _ labels: [MetricLabel], _ value: Double, to text: inout String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " " + number(value) + "\n"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), value.magnitude < 9_007_199_254_740_992 { return String(whole) }
        return value.description
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
