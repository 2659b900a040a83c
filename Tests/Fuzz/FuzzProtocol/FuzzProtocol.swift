import FuzzSupport
import Millrace
import MillraceProtocol

/// A stream of frames is the same however it is cut; a message that can be decoded is encoded to bytes that decode to the
/// same message; and texts are ids or are refused.
@main
enum FuzzProtocol: FuzzTarget {
    /// The first byte says into pieces of which size the others are cut.
    static func tryInput(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let stream = input[1...]
        let whole = frames(stream, piece: stream.count)
        let cut = frames(stream, piece: 1 + Int(first) % 32)
        precondition(whole == cut, "whole: \(whole)\ncut: \(cut)")
        for frame in whole.frames { tryMessage(frame) }

        let text = String(decoding: stream, as: UTF8.self)
        if let id = InvocationID(text) { precondition(id.description == text) }
        if let id = AwakeableID(text) { precondition(AwakeableID(id.description) == id) }
    }

    private struct Transcript: Equatable {
        var frames: [Frame] = []
        var error: FramingError?
    }

    private static func frames(_ stream: ArraySlice<UInt8>, piece: Int) -> Transcript {
        var decoder = FrameDecoder(limitBytes: 1 << 16)
        var transcript = Transcript()
        var rest = stream
        do throws(FramingError) {
            while !rest.isEmpty {
                decoder.append(Array(rest.prefix(piece)))
                rest = rest.dropFirst(piece)
                while let frame = try decoder.next() { transcript.frames.append(frame) }
            }
            try decoder.finish()
        } catch {
            transcript.error = error
        }
        return transcript
    }

    private static func tryMessage(_ frame: Frame) {
        switch frame.type.category {
        case .control:
            guard let message = try? unsafe ControlMessage(type: frame.type, decoding: frame.payload.span.bytes) else {
                return
            }
            let again = message.message.payload
            let decoded = try? unsafe ControlMessage(type: frame.type, decoding: again.span.bytes)
            precondition(decoded == message, "\(message)")
        case .command, .notification:
            guard let entry = try? JournalEntry(type: frame.type, payload: frame.payload) else {
                preconditionFailure("\(frame.type) is no entry")
            }
            precondition(!entry.description.isEmpty)
            guard let content = try? entry.decode() else { return }
            let again: [UInt8]
            switch content {
            case .command(let command):
                again = command.message.payload
                var check = ReplayCheck()
                precondition((try? check.check(command, against: entry)) != nil, "\(command) is not itself")
            case .notification(let notification): again = notification.payload
            }
            let decoded = try? JournalEntry(type: frame.type, payload: again).decode()
            precondition(decoded == content, "\(entry)")
        case .custom: preconditionFailure("a frame of a reserved type")
        }
    }
}

extension ReplayCheck {
    /// Checks a command of any type.
    fileprivate mutating func check(_ command: Command, against entry: JournalEntry) throws {
        try check(command.message, against: entry, at: 0)
    }
}
