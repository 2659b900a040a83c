internal import FoundationEssentials
internal import FoundationInternationalization

/// A time zone by its name in the IANA database: how far its clocks are ahead of UTC at each moment.
///
/// Local times are counted as if they were UTC: seconds since a local 1970-01-01 00:00.
public struct ScheduleTimeZone: Hashable, Sendable, CustomStringConvertible {
    private let zone: TimeZone?
    /// The name, such as `Europe/Berlin`.
    public let name: String

    /// Coordinated universal time.
    public static let utc = ScheduleTimeZone(zone: nil, name: "UTC")

    /// The zone of a name, as it is written in the database; `nil` where there is none.
    public init?(named name: String) {
        if name == Self.utc.name {
            self = .utc
            return
        }
        guard let zone = TimeZone(identifier: name) else { return nil }
        self.init(zone: zone, name: name)
    }

    private init(zone: TimeZone?, name: String) {
        self.zone = zone
        self.name = name
    }

    /// The names that are known; a zone may have others beside.
    public static var knownNames: [String] { [utc.name] + TimeZone.knownTimeZoneIdentifiers }

    /// The zone's name.
    public var description: String { name }

    /// How many seconds the local clock is ahead of UTC at a moment, given in seconds since 1970.
    func offset(at instant: Int64) -> Int64 {
        guard let zone else { return 0 }
        return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
    }

    /// The moment at which the local clock shows a time. One that it shows twice is meant the first time; for one that it
    /// leaves out it is the moment after the gap.
    func instant(ofLocal local: Int64) -> Int64 {
        // Clocks are ahead by less than a day, and two changes are further apart than two.
        let before = local - Self.day
        let after = local + Self.day
        let offsets = (before: offset(at: before), after: offset(at: after))
        if offsets.before == offsets.after { return local - offsets.before }
        for offset in [offsets.before, offsets.after] where self.offset(at: local - offset) == offset {
            return local - offset
        }
        return change(after: before, through: after)
    }

    /// The moment from which on the clock is ahead by something else than at `start`; by `end` it is.
    func change(after start: Int64, through end: Int64) -> Int64 {
        let offset = offset(at: start)
        var (same, different) = (start, end)
        while different - same > 1 {
            let middle = same + (different - same) / 2
            if self.offset(at: middle) == offset { same = middle } else { different = middle }
        }
        return different
    }

    private static let day: Int64 = 86_400
}
