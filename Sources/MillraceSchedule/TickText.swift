/// A tick's time as text, for keys and logs.
public enum TickText {
    /// The form `2026-03-29T01:00:00Z` of a moment, in milliseconds since 1970, of which a part of a second is left out.
    public static func text(ofMilliseconds milliseconds: Int64) -> String {
        let (seconds, _) = milliseconds.quotientAndRemainder(roundingDownBy: 1000)
        let (day, time) = seconds.quotientAndRemainder(roundingDownBy: 86_400)
        let date = CivilDate(daysSince1970: day)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = String(repeating: "0", count: max(0, 4 - "\(date.year)".count)) + "\(date.year)"
        return "\(year)-\(two(date.month))-\(two(date.day))T"
            + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))Z"
    }
}
