/// When what was decided counts as kept, so that replies, records and offsets may leave.
public enum Durability: Hashable, Sendable {
    /// Once it is on the disk: a group of batches is written and synced, then released.
    case fsync
    /// Once it is written to the operating system, which is told to sync that often. A crash of the machine, not of the
    /// process, may lose the last interval's work, effects that have left included.
    case interval(Duration)
}
