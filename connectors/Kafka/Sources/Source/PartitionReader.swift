import MillraceEngine

/// What a source knows of one partition that it reads.
struct PartitionReader {
    enum Phase: Equatable {
        /// Where to go on is still to be found out.
        case opening(Intake.Position)
        /// Being read.
        case reading
        /// To be read, but its intake takes nothing; what was fetched has been dropped.
        case paused
        /// Not to be read any more in this run.
        case stopped
    }

    let id: Int32
    let slot: Int
    var phase: Phase
    /// The offset after the last record, or gap, that was seen; where reading goes on.
    var next: Int64
    /// The broker that leads the partition, as last heard.
    var leader: Int32 = -1
    /// The offset that the last progress told.
    var toldNext: Int64 = -1
    /// The offset last committed to the group.
    var committed: Int64 = -1
    /// The end of the log as last heard, or -1.
    var logEnd: Int64 = -1
    /// How often in a row the log was found shorter than what was read of it. A new leader may say so for a moment.
    var shorterCount = 0
    /// Whether the topic was away, so that the log may be another one.
    var wasAway = false
    /// Whether librdkafka has it assigned. It stays so, paused, while its topic is away.
    var isAssigned = false
    /// Whether something has arrived since the partition was assigned.
    var hasArrived = false
    /// What is wrong with the partition at the moment, as reported.
    var trouble: String?
}
