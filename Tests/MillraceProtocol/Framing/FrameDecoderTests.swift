import TestKit
import Testing

@testable import MillraceProtocol

@Suite struct FrameDecoderTests {
    private func frames(_ stream: [UInt8], pieces: [Int]) throws -> [Frame] {
        var decoder = FrameDecoder()
        var frames: [Frame] = []
        var rest = stream[...]
        var turn = 0
        while !rest.isEmpty {
            let count = pieces[turn % pieces.count]
            turn += 1
            decoder.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
            while let frame = try decoder.next() { frames.append(frame) }
        }
        try decoder.finish()
        return frames
    }

    @Test func aHeaderIsEightBytes() throws {
        var bytes: [UInt8] = []
        try Frame(type: .sleepCompletion, payload: hex("0803 2200")).encode(into: &bytes)
        #expect(bytes == hex("80 0c 00 00 00 00 00 04 08 03 22 00"))
        bytes = []
        try Frame.append(
            ProposeRunCompletionMessage(resultCompletionID: 2, outcome: .value(Array("\"R42\"".utf8))),
            requestsAck: true, to: &bytes)
        #expect(bytes == hex("00 05 80 00 00 00 00 09 08 02 72 05 22 52 34 32 22"))
        bytes = []
        try JournalEntry(RunCommand(resultCompletionID: 2, name: "side")).encodeFrame(into: &bytes)
        #expect(bytes == hex("04 11 00 00 00 00 00 08 58 02 62 04 73 69 64 65"))
    }

    @Test(arguments: UInt64(1)...40)
    func framesAreTheSameHoweverTheStreamIsCut(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        var random = SeededGenerator(seed: seed)
        var stream: [UInt8] = []
        var expected: [Frame] = []
        for message in samples.commands() as [any Message] + samples.controlMessages() {
            let frame = Frame(type: type(of: message).type, requestsAck: samples.bool(), payload: message.payload)
            expected.append(frame)
            try frame.encode(into: &stream)
        }
        let piecesToTry = [[1], [stream.count], [7], (0..<50).map { _ in Int.random(in: 1...200, using: &random) }]
        for pieces in piecesToTry { #expect(try frames(stream, pieces: pieces) == expected) }
    }

    @Test func reservedFlagsArePassedOver() throws {
        #expect(try frames(hex("00 03 7f ff 00000000"), pieces: [8]) == [Frame(type: .end, payload: [])])
        #expect(
            try frames(hex("00 05 ff ff 00000000"), pieces: [8])
                == [Frame(type: .proposeRunCompletion, requestsAck: true, payload: [])])
    }

    @Test func aMessageThatIsTooLongIsRefusedByItsHeader() {
        var decoder = FrameDecoder(limitBytes: 10)
        decoder.append(hex("0411 0000 0000000b"))
        let expected = FramingError.tooLong(type: .run, length: 11, limit: 10)
        #expect(throws: expected) { try decoder.next() }
        decoder.append(hex("0003 0000 00000000"))
        #expect(throws: expected) { try decoder.next() }
        #expect(throws: expected) { try decoder.finish() }
        #expect(decoder.bufferedBytes == 0)
    }

    @Test func theLimitItselfPasses() throws {
        var decoder = FrameDecoder(limitBytes: 10)
        decoder.append(hex("0411 0000 0000000a 00010203040506070809"))
        #expect(try decoder.next()?.payload.count == 10)
    }

    @Test func theGreatestLengthTakesNoMemory() {
        var decoder = FrameDecoder()
        decoder.append(hex("0411 0000 ffffffff"))
        #expect(throws: FramingError.tooLong(type: .run, length: 0xffff_ffff, limit: 32 << 20)) { try decoder.next() }
    }

    @Test func unknownTypesAreRefusedExceptNotifications() throws {
        for code in ["0008", "03ff", "040f", "0415", "7fff", "fc00", "ffff"] {
            var decoder = FrameDecoder()
            decoder.append(hex(code + "0000 00000000"))
            let type = MessageType(rawValue: UInt16(code, radix: 16) ?? 0)
            #expect(throws: FramingError.unknownType(type)) { try decoder.next() }
        }
        for code in ["8000", "8100", "fbfe"] {
            var decoder = FrameDecoder()
            decoder.append(hex(code + "0000 00000000"))
            #expect(try decoder.next() != nil)
        }
    }

    @Test func aStreamThatEndsInsideAFrameSaysWhatIsMissing() throws {
        let stream = hex("0411 0000 00000004 01020304")
        for count in 0..<stream.count {
            var decoder = FrameDecoder()
            decoder.append(Array(stream[..<count]))
            #expect(try decoder.next() == nil)
            if count == 0 {
                try decoder.finish()
            } else {
                let missing = (count < 8 ? 8 : 12) - count
                #expect(throws: FramingError.truncated(missing: missing)) { try decoder.finish() }
            }
        }
    }
}
