import MillraceProtocol

/// Entries in one line for people, without values of users.
enum JournalEntryText {
    static func describe(_ type: MessageType, _ payload: RawSpan) -> String {
        if type == EmitCommand.type { return (try? EmitCommand(decoding: payload)).map { "\($0)" } ?? "\(type)" }
        if type == RevisionEntry.type { return (try? RevisionEntry(decoding: payload)).map { "\($0)" } ?? "\(type)" }
        return JournalEntry.describe(type, payload)
    }
}
