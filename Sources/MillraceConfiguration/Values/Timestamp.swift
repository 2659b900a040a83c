import MillraceSchedule

/// Reads a date and time in the form of ISO 8601 that RFC 3339 describes.
enum Timestamp {
    /// Milliseconds since 1970 of `2026-01-31T08:00:00Z`, `2026-01-31T08:00:00.250+01:00` or `2026-01-31`, which is
    /// midnight in UTC; `nil` for any other form and for dates that there are not. 1970 to 9999.
    static func milliseconds(of text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        guard let year = digits(4, &rest), year >= 1970, take("-", &rest), let month = digits(2, &rest),
            take("-", &rest), let day = digits(2, &rest), let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let midnight = date.daysSince1970 * 86_400_000
        if rest.isEmpty { return midnight }

        guard take("T", &rest) || take("t", &rest), let hour = digits(2, &rest), hour <= 23, take(":", &rest),
            let minute = digits(2, &rest), minute <= 59, take(":", &rest), let second = digits(2, &rest), second <= 59
        else { return nil }
        var milliseconds = ((hour * 60 + minute) * 60 + second) * 1000
        if take(".", &rest) {
            let fraction = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard 1...9 ~= fraction.count else { return nil }
            rest = rest.dropFirst(fraction.count)
            let three = fraction.prefix(3).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
            milliseconds += fraction.count == 1 ? three * 100 : fraction.count == 2 ? three * 10 : three
        }
        if take("Z", &rest) || take("z", &rest) { return rest.isEmpty ? midnight + milliseconds : nil }
        let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard take("+", &rest) || take("-", &rest), let zoneHour = digits(2, &rest), zoneHour <= 23, take(":", &rest),
            let zoneMinute = digits(2, &rest), zoneMinute <= 59, rest.isEmpty
        else { return nil }
        let result = midnight + milliseconds - sign * (zoneHour * 60 + zoneMinute) * 60_000
        return result >= 0 ? result : nil
    }

    private static func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = 0
        for byte in rest.prefix(count) {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        rest = rest.dropFirst(count)
        return value
    }

    private static func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
