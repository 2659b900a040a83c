import MillraceEngine

/// How fast the engine is and how far behind, from its figures at two moments.
struct Progress {
    /// Records a second, smoothed.
    private(set) var recordsPerSecond = 0.0
    /// How many records wait in the sources, as far as their ends are known.
    private(set) var lag: Int64 = 0
    private(set) var records: UInt64 = 0
    private var lastMilliseconds: Int64?
    /// Since when it is catching up, and the records at that time.
    private var catchingUp: (since: Int64, records: UInt64)?

    /// What has changed at an observation.
    enum Change: Equatable {
        case none
        /// It was behind for more than a moment, and is no more.
        case caughtUp(records: UInt64, milliseconds: Int64)
    }

    /// Takes the figures of a moment, in milliseconds of any clock that only grows.
    mutating func observe(_ statistics: EngineStatistics, now: Int64) -> Change {
        lag = statistics.subscriptions.flatMap(\.partitions).compactMap(\.lag).reduce(0, +)
        if let last = lastMilliseconds, now > last {
            let rate = Double(statistics.records &- records) * 1000 / Double(now - last)
            let weight = min(1, Double(now - last) / 2000)
            recordsPerSecond += (rate - recordsPerSecond) * weight
        }
        records = statistics.records
        lastMilliseconds = now
        let isBehind = lag > max(1000, Int64(recordsPerSecond / 2))
        switch (isBehind, catchingUp) {
        case (true, nil): catchingUp = (now, records)
        case (false, let start?):
            catchingUp = nil
            if now - start.since >= 2000 {
                return .caughtUp(records: records - start.records, milliseconds: now - start.since)
            }
        default: break
        }
        return .none
    }

    /// The line while it is catching up, otherwise the empty text.
    var line: String {
        guard catchingUp != nil else { return "" }
        var line = "catching up: \(Self.short(recordsPerSecond)) records/s, \(Self.short(Double(lag))) behind"
        if recordsPerSecond >= 1 {
            line += ", \(EngineLog.words(Int64(min(Double(lag) / recordsPerSecond, 1e9)) * 1000)) left at this rate"
        }
        return line
    }

    /// A number with three digits or so: 1234567 is `1.23 M`.
    static func short(_ number: Double) -> String {
        let (scaled, unit) =
            switch number {
            case ..<10_000: (number, "")
            case ..<1_000_000: (number / 1e3, " k")
            case ..<1_000_000_000: (number / 1e6, " M")
            default: (number / 1e9, " G")
            }
        if unit.isEmpty { return "\(Int(scaled.rounded()))" }
        let digits = scaled < 10 ? 100.0 : scaled < 100 ? 10 : 1
        let rounded = (scaled * digits).rounded() / digits
        return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + unit
    }
}
