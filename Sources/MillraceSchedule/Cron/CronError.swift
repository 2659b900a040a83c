/// Why a text is no cron expression.
public struct CronError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what to write instead.
    public let description: String
    /// Where in the text, in Unicode scalars from 0.
    public let offset: Int

    init(_ description: String, at offset: Int = 0) {
        self.description = description
        self.offset = offset
    }
}
