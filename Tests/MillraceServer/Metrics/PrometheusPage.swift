/// Reads a page of metrics by the rules of Prometheus' text format, and refuses what breaks them.
enum PrometheusPage {
    struct Invalid: Error, CustomStringConvertible { let description: String }

    struct Family {
        var help: String
        var type: String
        /// The names of the labels, without `le`.
        var labels: [String] = []
        var series: Set<String> = []
    }

    static func parse(_ text: String) throws -> [String: Family] {
        guard text.hasSuffix("\n") else { throw Invalid(description: "the last line does not end") }
        var families: [String: Family] = [:]
        var current = ""
        var buckets: [String: Double] = [:]
        for line in text.split(separator: "\n") {
            if let match = line.wholeMatch(of: #/# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/#) {
                current = String(match.1)
                guard families[current] == nil else { throw Invalid(description: "\(current) comes twice") }
                families[current] = Family(help: String(match.2), type: "")
            } else if let match = line.wholeMatch(of: #/# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/#) {
                guard match.1 == current else { throw Invalid(description: "TYPE without HELP: \(line)") }
                families[current]?.type = String(match.2)
            } else if let match = line.wholeMatch(
                of: #/([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*",?)+)\})? (\S+)/#)
            {
                guard var family = families[current], !family.type.isEmpty, let value = Double(match.3), !value.isNaN
                else { throw Invalid(description: "a sample without a type or a number: \(line)") }
                let suffixes = family.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { current + $0 == match.1 }) else {
                    throw Invalid(description: "a sample of another family: \(line)")
                }
                if family.type == "counter" {
                    guard current.hasSuffix("_total"), value >= 0 else {
                        throw Invalid(description: "a counter ends in _total and is not negative: \(line)")
                    }
                }
                let series = "\(match.1){\(match.2 ?? "")}"
                guard family.series.insert(series).inserted else { throw Invalid(description: "twice: \(line)") }
                let names = (match.2 ?? "").matches(of: #/([a-zA-Z_][a-zA-Z0-9_]*)="/#).map { String($0.1) }
                family.labels = names.filter { $0 != "le" }
                if match.1.hasSuffix("_bucket") {
                    guard names.contains("le"), value >= buckets[current] ?? 0 else {
                        throw Invalid(description: "buckets that shrink: \(line)")
                    }
                    buckets[current] = value
                } else if match.1.hasSuffix("_count"), family.type == "histogram" {
                    guard value == buckets[current] else { throw Invalid(description: "a count beside: \(line)") }
                }
                families[current] = family
            } else {
                throw Invalid(description: "no line of the format: \(line)")
            }
        }
        for (name, family) in families where family.series.isEmpty || family.type.isEmpty {
            throw Invalid(description: "\(name) has no type or no sample")
        }
        return families
    }
}
