/// All that is wrong with a configuration, in the file's order.
public struct InvalidConfiguration: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problems: one at least, ``limit`` at most.
    public let problems: [ConfigurationProblem]
    /// How many more there were.
    public let omitted: Int

    /// How many problems are kept.
    public static let limit = 100

    init(_ all: [ConfigurationProblem]) {
        let sorted = all.enumerated().sorted {
            let none = SourcePosition(line: 0, column: 0)
            let left = $0.element.position ?? none
            let right = $1.element.position ?? none
            return left == right ? $0.offset < $1.offset : left < right
        }
        problems = sorted.prefix(Self.limit).map(\.element)
        omitted = max(0, all.count - Self.limit)
    }

    /// One line a problem.
    public var description: String {
        var lines = problems.map(\.description)
        if omitted > 0 { lines.append("and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}
