import MillraceEngine

/// What to do where a log does not have the offset at which reading should go on. A decision without I/O.
enum MissingOffset: Equatable {
    /// The log has it.
    case present
    /// Go on elsewhere.
    case skip(to: Int64)
    /// Stand still, and say why.
    case stop(reason: String)

    /// - Parameters:
    ///   - wanted: where reading should go on; from storage, or as the subscription's start says.
    ///   - low: the first offset that the log has.
    ///   - high: the offset that the next record will get.
    ///   - lastEnd: the end of the log as once known, where the topic was away since; a log that is shorter now is another one.
    static func decide(
        wanted: Int64, isStored: Bool, low: Int64, high: Int64, lastEnd: Int64? = nil, policy: MissingOffsetPolicy,
        place: String
    ) -> MissingOffset {
        let what = isStored ? "stored offset" : "start offset"
        let advice = "set onMissingOffset to earliest or latest to go on without them, or restore the topic"
        let problem: String
        if wanted < low {
            problem =
                "\(place): the \(what) is \(wanted), but the log starts at \(low) and ends at \(high): records \(wanted) to "
                + "\(low - 1) were deleted before they were read; \(advice)"
        } else if wanted > high {
            problem =
                "\(place): the \(what) is \(wanted), but the log starts at \(low) and ends at \(high): "
                + "it was cut, or the topic was deleted and created again; \(advice)"
        } else if let lastEnd, high < lastEnd {
            problem =
                "\(place): the log once ended at \(lastEnd), but now starts at \(low) and ends at \(high) (\(what) \(wanted)): "
                + "the topic was deleted and created again; \(advice)"
        } else {
            return .present
        }
        return switch policy {
        case .stop: .stop(reason: problem)
        case .earliest: .skip(to: low)
        case .latest: .skip(to: high)
        }
    }
}
