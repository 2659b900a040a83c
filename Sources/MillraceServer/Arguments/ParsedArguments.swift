/// What a command line says.
package struct ParsedArguments: Sendable, Equatable {
    /// The command's name; the first one's where none was typed.
    package var command: String
    /// Options with their values; of one that stands twice the last.
    package var values: [String: String] = [:]
    /// Flags that are there.
    package var flags: Set<String> = []

    /// The value of an option.
    package subscript(option option: String) -> String? { values[option] }

    /// The value of an option as a whole number in a range, or `standard` where it is not there.
    package func integer(
        _ option: String, in range: ClosedRange<Int>, default standard: Int
    ) throws(UsageError) -> Int {
        guard let text = values[option] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "--\(option) needs a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }
}
