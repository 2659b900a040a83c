import TestKit
import Testing

@testable import MillraceProtocol

/// Where a payload's fields end; cutting it there leaves whole fields.
private func fieldEnds(_ payload: [UInt8]) -> Set<Int> {
    var ends: Set<Int> = [0]
    var at = 0
    func varint() -> Int {
        var value = 0
        var shift = 0
        while true {
            let byte = payload[at]
            at += 1
            value |= Int(truncatingIfNeeded: UInt64(byte & 0x7f) << UInt64(shift))
            shift += 7
            if byte < 0x80 { return value }
        }
    }
    while at < payload.count {
        let tag = varint()
        switch tag & 7 {
        case 0: _ = varint()
        case 2:
            let count = varint()
            at += count
        default: preconditionFailure("a wire type that our messages do not use")
        }
        ends.insert(at)
    }
    return ends
}

/// One field that no message has, of each wire type.
private let unknownFields = hex("d87f01 d97f0102030405060708 da7f03616263 dd7f01020304")

@Suite struct MessageRoundTripTests {
    @Test(arguments: UInt64(1)...200)
    func whatIsEncodedIsDecoded(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for message in samples.commands() as [any Message] + samples.controlMessages() {
            let payload = message.payload
            let decoded = try message.decodeAgain(payload)
            #expect(message.equals(decoded), "\(message)")
            #expect(decoded.payload == payload, "\(message)")
        }
        for notification in samples.notifications() {
            let payload = notification.payload
            let decoded = try Notification(type: notification.type, decoding: payload)
            #expect(decoded == notification)
            #expect(decoded.payload == payload)
        }
    }

    @Test(arguments: UInt64(1)...20)
    func encodingAppends(seed: UInt64) {
        var samples = Samples(seed: seed)
        for message in samples.commands() as [any Message] + samples.controlMessages() {
            var bytes: [UInt8] = [1, 2, 3]
            message.encode(into: &bytes)
            #expect(bytes == [1, 2, 3] + message.payload)
        }
    }

    @Test(arguments: UInt64(1)...20)
    func unknownFieldsArePassedOver(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for message in samples.commands() as [any Message] + samples.controlMessages() {
            #expect(message.equals(try message.decodeAgain(message.payload + unknownFields)), "\(message)")
            #expect(message.equals(try message.decodeAgain(unknownFields + message.payload)), "\(message)")
        }
        for notification in samples.notifications() {
            let payload = unknownFields + notification.payload
            #expect(try Notification(type: notification.type, decoding: payload) == notification)
        }
    }

    @Test(arguments: UInt64(1)...20)
    func aPayloadCutInsideAFieldIsMalformed(seed: UInt64) {
        var samples = Samples(seed: seed)
        for message in samples.commands() as [any Message] + samples.controlMessages() {
            checkCuts(message.payload, type(of: message).type) { (cut) throws(MessageError) in
                _ = try message.decodeAgain(cut)
            }
        }
        for notification in samples.notifications() {
            checkCuts(notification.payload, notification.type) { (cut) throws(MessageError) in
                _ = try Notification(type: notification.type, decoding: cut)
            }
        }
    }

    private func checkCuts(
        _ payload: [UInt8], _ type: MessageType, decode: ([UInt8]) throws(MessageError) -> Void
    ) {
        let ends = fieldEnds(payload)
        // Every cut of a short payload; of a long one those near its fields' ends, which are where lengths stand.
        for count in 0..<payload.count where payload.count < 400 || ends.contains(where: { abs($0 - count) < 12 }) {
            do throws(MessageError) {
                try decode(Array(payload[..<count]))
                #expect(ends.contains(count), "\(type) cut at \(count) was decoded")
            } catch {
                #expect(error.type == type)
                if !ends.contains(count) { #expect(error.problem == .malformed, "\(type) cut at \(count)") }
            }
        }
    }

    @Test(arguments: UInt64(1)...200)
    func anyBytesAreAMessageOrAnError(seed: UInt64) {
        var samples = Samples(seed: seed)
        var random = SeededGenerator(seed: seed)
        for message in samples.commands() as [any Message] + samples.controlMessages() {
            var payload = message.payload
            for _ in 0..<4 where !payload.isEmpty {
                payload[Int.random(in: payload.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let decoded = try? message.decodeAgain(payload) else { continue }
            let again = decoded.payload
            #expect((try? decoded.decodeAgain(again))?.payload == again, "\(message)")
        }
    }
}
