/// A message that says what a handler does. It becomes a journal entry, and a replay compares it with the entry that is there.
public protocol CommandMessage: Message {
    /// A label for people: the name that the code gave a step or a sleep; empty elsewhere. It counts on replay.
    var name: String { get }

    /// The first field in which this command differs from the one in the journal in a way that counts on replay; `nil` if
    /// both are the same. The field has its name of the protocol.
    ///
    /// - Parameter comparingValues: whether the bytes of values and parameters count, which they do unless the user said
    ///   that their encoding is not stable. Failures always count.
    func differingField(from recorded: Self, comparingValues: Bool) -> String?
}
