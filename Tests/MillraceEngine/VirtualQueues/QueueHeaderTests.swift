import Testing

@testable import MillraceEngine

struct QueueHeaderTests {
    private func header(
        error: String = "it broke", state: QueueHeader.State = .backingOff, isStarted: Bool = false,
        hasCalls: Bool = false
    ) -> QueueHeader {
        QueueHeader(
            head: 3, tail: .max, state: state, untilMilliseconds: 1_700_000_000_123, isStarted: isStarted,
            hasCalls: hasCalls,
            failure: HeadFailure(attempts: 7, firstFailedMilliseconds: 99, lastError: error))
    }

    private func encode(_ header: QueueHeader) -> [UInt8] { RecordWriter.array { header.encode(into: &$0) } }

    private func decode(_ bytes: [UInt8]) -> QueueHeader? {
        unsafe bytes.withUnsafeBytes { unsafe QueueHeader($0) }
    }

    @Test(arguments: [QueueHeader.State.ready, .backingOff, .parked, .stopped, .suspended])
    func comesBackAsItWasWritten(state: QueueHeader.State) {
        for error in ["", "it broke", "völlig kaputt"] {
            #expect(decode(encode(header(error: error, state: state))) == header(error: error, state: state))
        }
    }

    @Test(arguments: [false, true], [false, true]) func flagsComeBack(isStarted: Bool, hasCalls: Bool) {
        let header = header(isStarted: isStarted, hasCalls: hasCalls)
        #expect(decode(encode(header)) == header)
    }

    @Test func cutBeforeTheErrorItIsNoHeader() {
        let bytes = encode(header())
        for count in 0..<QueueHeader.fixedCount { #expect(decode(Array(bytes[..<count])) == nil) }
        #expect(decode(Array(bytes[..<QueueHeader.fixedCount]))?.failure.lastError == "")
    }

    /// What earlier versions have written, which did not tell calls apart, and then did not count chunks.
    @Test func readsTheVersionsBefore() {
        var known = header(isStarted: true)
        known.chunks = 7
        var bytes = encode(known)
        #expect(decode(bytes)?.chunks == 7)
        bytes[0] = 3
        known.hasCalls = true
        #expect(decode(bytes) == known)
        bytes[0] = 2
        bytes.removeSubrange(39..<43)
        known.chunks = nil
        #expect(decode(bytes) == known)
    }

    @Test func otherVersionOrStateIsNoHeader() {
        var bytes = encode(header())
        bytes[0] = 99
        #expect(decode(bytes) == nil)
        bytes = encode(header())
        bytes[17] = 9
        #expect(decode(bytes) == nil)
    }

    @Test func longErrorIsCut() {
        let long = encode(header(error: String(repeating: "e", count: 5_000)))
        #expect(long.count == QueueHeader.fixedCount + QueueHeader.maxErrorBytes)
        #expect(decode(long)?.failure.lastError.count == QueueHeader.maxErrorBytes)
    }
}
