/// One field of a cron expression: what it may hold, and how it is read.
struct CronField: Sendable {
    /// What errors call it.
    let name: String
    let range: ClosedRange<Int>
    /// Words for numbers: the first one is the range's lower bound.
    var words: [String] = []
    /// Whether `L` is the last one, which differs: a month's last day.
    var hasLast = false

    static let second = CronField(name: "second", range: 0...59)
    static let minute = CronField(name: "minute", range: 0...59)
    static let hour = CronField(name: "hour", range: 0...23)
    static let day = CronField(name: "day of the month", range: 1...31, hasLast: true)
    static let month = CronField(
        name: "month", range: 1...12,
        words: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])
    static let weekday = CronField(
        name: "day of the week", range: 0...7, words: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])

    /// What a field says.
    struct Values: Hashable, Sendable {
        /// A bit for each number.
        var bits: UInt64 = 0
        /// Whether `L` is among them.
        var hasLast = false
        /// Whether it begins with a `*`: then it restricts no days by itself.
        var isStar = false

        func contains(_ value: Int64) -> Bool { (bits >> UInt64(value)) & 1 == 1 }

        /// The first number from `start` on.
        func first(from start: Int64) -> Int64? {
            guard start < 64 else { return nil }
            let left = (bits >> UInt64(start)) << UInt64(start)
            return left == 0 ? nil : Int64(left.trailingZeroBitCount)
        }
    }

    /// - Parameter start: where the field begins in the expression.
    func parse(_ text: Substring, at start: Int) throws(CronError) -> Values {
        var values = Values()
        values.isStar = text.hasPrefix("*")
        var offset = start
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            if hasLast, item.uppercased() == "L" {
                values.hasLast = true
            } else {
                values.bits |= try bits(item, at: offset)
            }
            offset += item.unicodeScalars.count + 1
        }
        return values
    }

    /// `*`, a number, a range; of these every so many, after a `/`.
    private func bits(_ item: Substring, at offset: Int) throws(CronError) -> UInt64 {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bounds = try bounds(parts[0], at: offset)
        var step = 1
        if parts.count == 2 {
            let at = offset + parts[0].unicodeScalars.count + 1
            guard let number = Self.number(parts[1]), number >= 1, number <= range.count else {
                throw CronError(
                    "expected after '/' a number from 1 to \(range.count), but found '\(parts[1].prefix(20))'", at: at)
            }
            guard parts[0] == "*" || parts[0].contains("-") else {
                throw CronError(
                    "'\(item)' has a step and no range; write '\(parts[0])-\(lastNumber)/\(number)' or '*/\(number)'",
                    at: offset)
            }
            step = number
        }
        var bits: UInt64 = 0
        for value in stride(from: bounds.lowerBound, through: bounds.upperBound, by: step) {
            // Sunday has two numbers.
            bits |= 1 << UInt64(self.range.upperBound == 7 ? value % 7 : value)
        }
        return bits
    }

    private var lastNumber: Int { range.upperBound == 7 ? 6 : range.upperBound }

    private func bounds(_ text: Substring, at offset: Int) throws(CronError) -> ClosedRange<Int> {
        if text == "*" { return range.lowerBound...lastNumber }
        if text == "?" { throw CronError("there is no '?' here; write '*'", at: offset) }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(ends[0], at: offset)
        guard ends.count == 2 else { return first...first }
        var last = try value(ends[1], at: offset + ends[0].unicodeScalars.count + 1)
        // SAT-SUN: the Sunday at the week's end.
        if range.upperBound == 7, last == 0, first > 0 { last = 7 }
        guard first <= last else {
            throw CronError("the range '\(text)' runs backwards; write it as two, with ',' between", at: offset)
        }
        return first...last
    }

    private func value(_ text: Substring, at offset: Int) throws(CronError) -> Int {
        let word = text.uppercased()
        if let index = words.firstIndex(of: word) { return range.lowerBound + index }
        if let number = Self.number(text), range.contains(number) { return number }
        var expected = "the \(name) is a number from \(range.lowerBound) to \(range.upperBound)"
        if let first = words.first, let last = words.last { expected += ", or \(first) to \(last)" }
        if hasLast { expected += ", or L for the last" }
        let near = words.first { word.hasPrefix($0) }.map { "; did you mean \($0)?" } ?? ""
        throw CronError("\(expected), but found '\(text.prefix(20))'\(near)", at: offset)
    }

    private static func number(_ text: Substring) -> Int? {
        guard 1...4 ~= text.utf8.count, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return Int(text)
    }
}
