/// Instants as text by RFC 3339, the part of ISO 8601 that the internet uses: `2026-01-31T23:59:59.5Z`.
///
/// Written in UTC, with as many digits of a second's fraction as needed: none, three, six or nine. Read with any number of
/// them, and with any offset: `Z`, `+01:00`, `+0100` or `+01`.
enum ISO8601 {
    /// Seconds from 1970 to 2001, where Foundation counts from.
    static let referenceSeconds: Int64 = 978_307_200

    /// The years that four digits can say.
    static let secondsRange: Range<Double> = -62_167_219_200..<253_402_300_800

    /// Reads an instant, in seconds since 2001. `nil` where the bytes are none.
    static func parse(_ bytes: PaddedBytes, start: Int, count: Int) -> Double? {
        let end = start + count
        guard count >= 20 else { return nil }
        func number(_ at: Int, _ digits: Int) -> Int? {
            var value = 0
            for index in at..<at + digits {
                let digit = bytes[index] &- Byte.zero
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }
        guard let year = number(start, 4), bytes[start + 4] == Byte.minus, let month = number(start + 5, 2),
            bytes[start + 7] == Byte.minus, let day = number(start + 8, 2),
            bytes[start + 10] | 0x20 == UInt8(ascii: "t"),
            let hour = number(start + 11, 2), bytes[start + 13] == Byte.colon, let minute = number(start + 14, 2),
            bytes[start + 16] == Byte.colon, let second = number(start + 17, 2),
            1...12 ~= month, 1...daysInMonth(year, month) ~= day, hour < 24, minute < 60, second < 60
        else { return nil }
        var at = start + 19
        var fraction = 0.0
        if bytes[at] == Byte.dot {
            let first = at + 1
            at = first
            var digits: UInt64 = 0
            while bytes[at] &- Byte.zero < 10 {
                if at - first < 18 { digits = digits * 10 + UInt64(bytes[at] &- Byte.zero) }
                at += 1
            }
            guard at > first else { return nil }
            fraction = Double(digits) / PowersOfTen.double(min(at - first, 18))
        }
        var offset = 0
        switch bytes[at] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): at += 1
        case Byte.plus, Byte.minus:
            let sign = bytes[at] == Byte.minus ? -1 : 1
            guard at + 3 <= end, let hours = number(at + 1, 2), hours < 24 else { return nil }
            at += 3
            var minutes = 0
            if at < end {
                if bytes[at] == Byte.colon { at += 1 }
                guard at + 2 <= end, let value = number(at, 2), value < 60 else { return nil }
                minutes = value
                at += 2
            }
            offset = sign * (hours * 3600 + minutes * 60)
        default: return nil
        }
        guard at == end else { return nil }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Double(Int64(seconds) - referenceSeconds) + fraction
    }

    /// Writes an instant, given in seconds since 2001. Returns `false` outside of the years 0 to 9999.
    static func write(_ secondsSince2001: Double, to output: inout JSONBuffer) -> Bool {
        var whole = secondsSince2001.rounded(.down)
        guard secondsRange.contains(whole + Double(referenceSeconds)) else { return false }
        let (scale, digits) = fraction(of: secondsSince2001, whole: whole)
        var nanoseconds = scale
        if nanoseconds >= 1_000_000_000 {
            nanoseconds -= 1_000_000_000
            whole += 1
            guard secondsRange.contains(whole + Double(referenceSeconds)) else { return false }
        }
        let seconds = Int(whole) + Int(referenceSeconds)
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let time = seconds - days * 86_400
        let (year, month, day) = date(daysSince1970: days)
        output.append(Byte.quote)
        output.appendDigits(year, 4)
        output.append(Byte.minus)
        output.appendDigits(month, 2)
        output.append(Byte.minus)
        output.appendDigits(day, 2)
        output.append(UInt8(ascii: "T"))
        output.appendDigits(time / 3600, 2)
        output.append(Byte.colon)
        output.appendDigits(time / 60 % 60, 2)
        output.append(Byte.colon)
        output.appendDigits(time % 60, 2)
        if nanoseconds > 0 {
            output.append(Byte.dot)
            switch digits {
            case 3: output.appendDigits(nanoseconds / 1_000_000, 3)
            case 6: output.appendDigits(nanoseconds / 1000, 6)
            default: output.appendDigits(nanoseconds, 9)
            }
        }
        output.append(UInt8(ascii: "Z"))
        output.append(Byte.quote)
        return true
    }

    /// The fraction in nanoseconds, and how many digits of it bring the same instant back.
    private static func fraction(of seconds: Double, whole: Double) -> (nanoseconds: Int, digits: Int) {
        let fraction = seconds - whole
        if fraction == 0 { return (0, 0) }
        for (digits, units, scale) in [(3, 1e3, 1_000_000), (6, 1e6, 1000)] {
            let count = (fraction * units).rounded()
            if whole + count / units == seconds { return (Int(count) * scale, digits) }
        }
        return (Int((fraction * 1e9).rounded()), 9)
    }

    private static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days by the Gregorian calendar, in eras of 400 years that begin in March.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
