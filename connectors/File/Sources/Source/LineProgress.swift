import MillraceEngine

/// What line followers have in common: an intake that may be saturated, progress to be told, and requests to stop.
struct LineProgress {
    let intake: Intake
    let slot: Int
    private let cadence: LineSource.Cadence
    private var toldPosition: Int64 = -1
    private var nextReport: Int64 = 0
    private var saturatedSince: Int64?
    private var isPaused = false

    init(_ intake: Intake, slot: Int, cadence: LineSource.Cadence) {
        self.intake = intake
        self.slot = slot
        self.cadence = cadence
    }

    func report(_ status: SourceStatus) { intake.report(status, slot: slot) }

    /// Why the source must not read on, by the poison policy.
    var stopReason: String? { intake.stopRequests().first { $0.slot == slot }?.reason }

    /// Whether the intake takes nothing; if that lasts, the source says that it pauses.
    mutating func isHeld(at position: Int64, now: Int64) -> Bool {
        guard intake.isSaturated else {
            saturatedSince = nil
            if isPaused {
                isPaused = false
                report(.running(from: position))
            }
            return false
        }
        let since = saturatedSince ?? now
        saturatedSince = since
        if !isPaused, now - since >= Int64(cadence.pauseAfterMilliseconds) {
            isPaused = true
            report(.paused(reason: intake.saturationReason))
        }
        return true
    }

    /// Tells from time to time how far all has been read, so that shards without records move on too.
    mutating func tell(_ position: Int64, now: Int64) {
        guard now >= nextReport else { return }
        nextReport = now + Int64(cadence.reportMilliseconds)
        tell(position)
    }

    /// Tells how far all has been read.
    mutating func tell(_ position: Int64) {
        guard position != toldPosition else { return }
        toldPosition = position
        intake.deliverProgress([(slot, position)])
    }
}
