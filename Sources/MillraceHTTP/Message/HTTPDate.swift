import Glibc

/// Dates as a response has them, for example `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
struct HTTPDate {
    private var second = Int.min
    private var cached = ""

    /// The text for a number of seconds since 1970; made anew only when the second is another.
    mutating func text(second: Int) -> String {
        guard second != self.second else { return cached }
        var time = time_t(second)
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (day, month) = (days[Int(unsafe parts.tm_wday)], months[Int(unsafe parts.tm_mon)])
        let (hour, minute) = (two(unsafe parts.tm_hour), two(unsafe parts.tm_min))
        cached = "\(day), \(two(unsafe parts.tm_mday)) \(month) \(unsafe parts.tm_year + 1900) "
        cached += "\(hour):\(minute):\(two(unsafe parts.tm_sec)) GMT"
        self.second = second
        return cached
    }

    /// The text for the present.
    mutating func now() -> String { text(second: time(nil)) }

    private func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
