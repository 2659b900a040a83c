/// Where records come from: Kafka, a file, a test. A source has a thread of its own, on which it does everything.
///
/// The contract, for every partition: ``Intake/open(topic:partition:)`` tells where to go on; if nothing is stored the source finds the
/// offset of the given start position and says so with ``Intake/begin(slot:at:)``; then it delivers the records in the
/// order of their offsets, from there. Records below a shard's watermark are dropped, so delivering one twice is harmless;
/// leaving one out is not.
package protocol RecordSource: AnyObject, Sendable {
    /// Starts the source's thread. Errors that a person must see before anything runs are thrown; what happens later is
    /// told with ``Intake/report(_:slot:)``.
    func start() throws

    /// Ends the thread, after a last commit of offsets for information. Blocks until it has ended; nothing is delivered
    /// afterwards.
    func stop()
}

/// What a source says about a partition (or, without a slot, about itself).
package enum SourceStatus: Sendable, Equatable {
    case starting
    /// Reading; the first offset to be read.
    case running(from: Int64)
    /// Not reading for now, for a reason that ends by itself.
    case paused(reason: String)
    /// Cannot reach the broker, the topic does not exist yet, and the like: tried again without end.
    case retrying(reason: String)
    /// Stands still until a person does something.
    case stopped(reason: String)
    /// Read to its end, and there can be no more (a file).
    case finished
}
