import MillraceStore

/// How far a schedule has got, as a row of its shard.
///
/// ```text
/// key   := shard(2) "t" name                                    in the family meta
/// value := 1(1) position(8 LE) timing
/// ```
/// Ticks up to `position`, in milliseconds since 1970, have been dealt with. `timing` says in words when the schedule
/// ticked then, so that a change is noticed.
struct ScheduleRow: Equatable {
    var position: Int64
    var timing: String

    static let name = UInt8(ascii: "t")
    private static let version: UInt8 = 1

    static func key(shard: Int, schedule: String) -> [UInt8] {
        [UInt8(truncatingIfNeeded: shard >> 8), UInt8(truncatingIfNeeded: shard), name] + Array(schedule.utf8)
    }

    init(position: Int64, timing: String) {
        self.position = position
        self.timing = timing
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 9, bytes[0] == Self.version else { return nil }
        let word = bytes[1..<9].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        position = Int64(bitPattern: word)
        timing = String(decoding: bytes[9...], as: UTF8.self)
    }

    var bytes: [UInt8] {
        let word = UInt64(bitPattern: position)
        return [Self.version] + (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } + Array(timing.utf8)
    }
}
