extension ScalarType<StartPosition> {
    static var start: Self {
        ScalarType(
            name: "start",
            expected: "a start: earliest, latest, offset:0, timestamp:2026-01-31T08:00:00Z or timestamp:1769846400000"
        ) { text throws(Mismatch) in
            switch text {
            case "earliest": return .earliest
            case "latest": return .latest
            case _ where text.hasPrefix("offset:"):
                let digits = text.dropFirst("offset:".count)
                guard isDecimal(digits), let offset = Int64(digits) else {
                    throw Mismatch(detail: "an offset is a number from 0")
                }
                return .offset(offset)
            case _ where text.hasPrefix("timestamp:"):
                let time = text.dropFirst("timestamp:".count)
                if isDecimal(time), let milliseconds = Int64(time) { return .timestamp(milliseconds: milliseconds) }
                guard let milliseconds = Timestamp.milliseconds(of: String(time)) else {
                    throw Mismatch(
                        detail: "a timestamp is milliseconds since 1970, or a date and time with its zone (ISO 8601)")
                }
                return .timestamp(milliseconds: milliseconds)
            default: throw Mismatch(suggestion: nearestName(to: text, among: ["earliest", "latest"]))
            }
        } write: {
            $0.description
        }
    }
}
