extension ScalarType<RetryDuration> {
    static var retryDuration: Self {
        let duration = ScalarType<Duration>.duration(atLeast: .milliseconds(1))
        return ScalarType(
            name: "\(duration.name), `unlimited`", expected: "\(duration.expected), or unlimited"
        ) { text throws(Mismatch) in
            if text == "unlimited" { return .unlimited }
            do throws(Mismatch) { return .atMost(try duration.parse(text)) } catch {
                var mismatch = error
                mismatch.suggestion = mismatch.suggestion ?? nearestName(to: text, among: ["unlimited"])
                throw mismatch
            }
        } write: {
            switch $0 {
            case .atMost(let longest): duration.write(longest)
            case .unlimited: "unlimited"
            }
        }
    }
}

extension ScalarType<Duration> {
    /// A time such as `500ms` or `1m30s`: whole numbers with units, the larger units first, each unit once; 36 500 days at most.
    static func duration(atLeast minimum: Duration = .zero) -> Self {
        let bound = minimum == .zero ? "" : ", at least \(write(minimum))"
        return ScalarType(
            name: "duration" + bound, expected: "a duration such as 500ms, 60s, 5m, 2h, 1d or 1m30s\(bound)"
        ) { text throws(Mismatch) in
            guard let quantities = Quantity.all(in: text) else { throw Mismatch() }
            var milliseconds: Int64 = 0
            var last = Int64.max
            for quantity in quantities {
                guard let unit = units.first(where: { $0.name == quantity.unit })?.milliseconds else {
                    if quantity.unit.isEmpty {
                        let number = quantity.number
                        throw Mismatch(detail: "the unit is missing, as in \(number)ms or \(number)s")
                    }
                    throw Mismatch(detail: "there is no unit \(quoted(quantity.unit)); the units are ms, s, m, h and d")
                }
                guard unit < last else { throw Mismatch(detail: "each unit once, and the larger ones first") }
                last = unit
                let (product, overflow) = quantity.number.multipliedReportingOverflow(by: unit)
                guard !overflow, product <= longest, milliseconds + product <= longest else {
                    throw Mismatch(detail: "it is longer than 36500d")
                }
                milliseconds += product
            }
            let duration = Duration.milliseconds(milliseconds)
            guard duration >= minimum else { throw Mismatch() }
            return duration
        } write: {
            write($0)
        }
    }

    private static var units: [(name: String, milliseconds: Int64)] {
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
    }

    private static var longest: Int64 { 36_500 * 86_400_000 }

    private static func write(_ duration: Duration) -> String {
        let parts = duration.components
        var rest = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        if rest == 0 { return "0s" }
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }
}
