import MillraceEngine

/// Reads a file's lines from where the last run ended, and follows the file as it grows.
final class FileFollower: LineFollower {
    private enum Phase {
        /// The file is not open; where to go on in it.
        case opening(Intake.Position)
        case reading(OpenFile)
        case ended
    }

    private let path: String
    private let intake: Intake
    private let options: LineSource.Options
    private let log: @Sendable (String) -> Void
    private let batcher: LineBatcher
    private var progress: LineProgress
    private var phase: Phase
    private var lines: LineReader
    private var buffer: [UInt8]
    /// The file's size as last told.
    private var toldSize: Int64 = -1

    init(path: String, intake: Intake, options: LineSource.Options, log: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.intake = intake
        self.options = options
        self.log = log
        let (slot, position) = intake.open(topic: path, partition: 0)
        batcher = LineBatcher(intake, slot: slot)
        progress = LineProgress(intake, slot: slot, cadence: options.cadence)
        phase = .opening(position)
        lines = LineReader(at: 0, limit: options.maxLineBytes)
        buffer = [UInt8](repeating: 0, count: options.readBytes)
    }

    // MARK: Steps

    func step(now: Int64) -> Pause {
        if let reason = progress.stopReason { return stop(reason) }
        do throws(FileError) {
            switch phase {
            case .opening(let position): return try open(position)
            case .reading(let file): return try read(file, now)
            case .ended: return .end
            }
        } catch {
            return retry(error)
        }
    }

    func finish() { if case .reading = phase { progress.tell(lines.position) } }

    /// What cannot be read now is tried again, unless somebody waits for the end of all files.
    private func retry(_ error: FileError) -> Pause {
        switch phase {
        case .reading: phase = .opening(.stored(lines.position))
        case .opening(.start(.latest)):
            // All that a file holds which is made later is newer than now.
            if case .doesNotExist = error { phase = .opening(.start(.earliest)) }
        case .opening, .ended: break
        }
        if options.endsAtEndOfFile { return stop(error.description) }
        progress.report(.retrying(reason: error.description))
        return .milliseconds(options.cadence.retryMilliseconds)
    }

    private func stop(_ reason: String) -> Pause {
        finish()
        phase = .ended
        progress.report(.stopped(reason: reason))
        return .end
    }

    // MARK: Opening

    private func open(_ position: Intake.Position) throws(FileError) -> Pause {
        let file = try OpenFile(path: path)
        let size = try file.size()
        tellSize(size)
        let wanted: Int64
        var isStored = false
        switch position {
        case .stored(let offset): (wanted, isStored) = (offset, true)
        case .start(.earliest): wanted = 0
        case .start(.latest): wanted = try file.endOfLastLine(before: size)
        case .start(.offset(let offset)): wanted = offset
        case .start(.timestamp):
            return stop("a file has no timestamps; set start to earliest, latest or offset:BYTE")
        }
        let decision = LostPosition.decide(
            wanted: wanted, isStored: isStored, size: size,
            isBetweenLines: wanted > size ? true : try file.isBetweenLines(wanted),
            policy: intake.subscription.onMissingOffset, path: path)
        let begin: Int64
        switch decision {
        case .present: begin = wanted
        case .skipToStart: begin = 0
        case .skipToEnd: begin = try file.endOfLastLine(before: size)
        case .stop(let reason): return stop(reason)
        }
        if !isStored {
            intake.begin(slot: progress.slot, at: begin)
        } else if decision != .present {
            log(
                "'\(path)' has \(size) bytes; it is read from byte \(begin) instead of \(wanted), as onOffsetOutOfRange says"
            )
            intake.skip(slot: progress.slot, from: wanted, to: begin)
        }
        lines = LineReader(at: begin, limit: options.maxLineBytes)
        phase = .reading(file)
        progress.report(.running(from: begin))
        return .none
    }

    private func tellSize(_ size: Int64) {
        guard size != toldSize else { return }
        toldSize = size
        intake.reportLogEnd(size, slot: progress.slot)
    }

    // MARK: Reading

    private func read(_ file: OpenFile, _ now: Int64) throws(FileError) -> Pause {
        progress.tell(lines.position, now: now)
        let size = try file.size()
        tellSize(size)
        if size < lines.position { return reopen() }
        // It was cut in the middle of a line that has not ended yet: what was read of that line is gone.
        if size < lines.end { lines = LineReader(at: lines.position, limit: options.maxLineBytes) }
        if progress.isHeld(at: lines.position, now: now) { return .untilReady }
        let count = try file.read(at: lines.end, into: &buffer)
        guard count > 0 else { return endOfFile(file) }
        unsafe buffer.withUnsafeBytes {
            unsafe batcher.deliver(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: &lines)
        }
        return .none
    }

    private func endOfFile(_ file: OpenFile) -> Pause {
        if options.endsAtEndOfFile {
            batcher.deliverRest(of: &lines)
            finish()
            phase = .ended
            progress.report(.finished)
            return .end
        }
        // Another file has the path now, and nothing is left to be read of this one; or it is gone, and may come back.
        guard OpenFile.identity(ofPath: path) == file.identity else { return reopen() }
        return .milliseconds(options.cadence.pollMilliseconds)
    }

    private func reopen() -> Pause {
        progress.tell(lines.position)
        phase = .opening(.stored(lines.position))
        return .none
    }
}
