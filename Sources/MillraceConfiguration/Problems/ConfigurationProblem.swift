/// One thing that is wrong with a configuration.
public struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was named to the reader.
    public let file: String
    /// Where in the file, or `nil` when the file could not be read or the configuration was made without one.
    public let position: SourcePosition?
    /// The option it is about, such as `subscriptions[0].key`; empty for the file as a whole.
    public let option: String
    /// What was expected, what came instead, and the nearest valid name where there is one. Never a secret's value,
    /// and nothing that came from the environment.
    public let message: String

    /// A problem.
    public init(file: String, position: SourcePosition?, option: String, message: String) {
        self.file = file
        self.position = position
        self.option = option
        self.message = message
    }

    /// `FILE:LINE:COLUMN: OPTION: MESSAGE`, the form that editors and terminals make links of.
    public var description: String {
        var text = file
        if let position { text += ":\(position)" }
        if !option.isEmpty { text += ": \(option)" }
        return "\(text): \(message)"
    }
}
