import MillraceEngine

/// What to do where a file does not have the position at which reading should go on. A decision without I/O.
enum LostPosition: Equatable {
    /// The file has it.
    case present
    /// Go on at the file's first byte.
    case skipToStart
    /// Go on after the file's last line.
    case skipToEnd
    /// Stand still, and say why.
    case stop(reason: String)

    /// - Parameters:
    ///   - wanted: where reading should go on; from storage, or as the subscription's start says.
    ///   - size: how many bytes the file has.
    ///   - isBetweenLines: whether a line begins at `wanted`; of no meaning where the file is too short.
    static func decide(
        wanted: Int64, isStored: Bool, size: Int64, isBetweenLines: Bool, policy: MissingOffsetPolicy, path: String
    ) -> LostPosition {
        let what = isStored ? "the stored offset" : "the start offset"
        let advice =
            "set onOffsetOutOfRange to earliest to read what is there now from its first byte, or to latest to read only what "
            + "comes; or restore the file"
        let problem: String
        if wanted > size {
            problem =
                "the file '\(path)' has \(size) bytes, and \(what) is byte \(wanted): it was cut or replaced by another one; "
                + advice
        } else if !isBetweenLines {
            problem =
                "in the file '\(path)' of \(size) bytes no line begins at \(what), byte \(wanted): it was replaced by another "
                + "one, or its last line, which had no line feed when it was read, has grown; \(advice)"
        } else {
            return .present
        }
        return switch policy {
        case .stop: .stop(reason: problem)
        case .earliest: .skipToStart
        case .latest: .skipToEnd
        }
    }
}
