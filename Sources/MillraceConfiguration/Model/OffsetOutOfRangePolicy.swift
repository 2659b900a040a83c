/// What happens when the topic no longer holds the record to resume at, because retention was faster than the consumer or
/// the topic was made anew; or the file no longer holds it, because it was cut or replaced.
public enum OffsetOutOfRangePolicy: String, Sendable, CaseIterable {
    /// The partition stops, with the offsets in the error, because records are lost.
    case stop
    /// It goes on at the oldest record that there is.
    case earliest
    /// It goes on after the newest record.
    case latest
}
