extension ScalarType<Durability> {
    static var durability: Self {
        let interval = ScalarType<Duration>.duration(atLeast: .milliseconds(1))
        return ScalarType(
            name: "`fsync`, `interval:DURATION`", expected: "fsync, or interval:DURATION such as interval:100ms"
        ) { text throws(Mismatch) in
            if text == "fsync" { return .fsync }
            guard text.hasPrefix("interval:") else {
                throw Mismatch(suggestion: nearestName(to: text, among: ["fsync"]))
            }
            do throws(Mismatch) {
                return .interval(try interval.parse(String(text.dropFirst("interval:".count))))
            } catch {
                throw Mismatch(detail: error.detail ?? "after interval: comes \(interval.expected)")
            }
        } write: {
            switch $0 {
            case .fsync: "fsync"
            case .interval(let duration): "interval:\(interval.write(duration))"
            }
        }
    }
}
