import MillraceEngine
import Testing

@testable import MillraceFile

@Suite struct LostPositionTests {
    private func decide(
        wanted: Int64, size: Int64, isBetweenLines: Bool = true, isStored: Bool = true,
        policy: MissingOffsetPolicy = .stop
    ) -> LostPosition {
        LostPosition.decide(
            wanted: wanted, isStored: isStored, size: size, isBetweenLines: isBetweenLines, policy: policy,
            path: "f.jsonl")
    }

    @Test func goesOnWhereALineBegins() {
        #expect(decide(wanted: 0, size: 0) == .present)
        #expect(decide(wanted: 10, size: 10) == .present)
        #expect(decide(wanted: 10, size: 11) == .present)
    }

    @Test func doesAsThePolicySays() {
        #expect(decide(wanted: 10, size: 9, policy: .earliest) == .skipToStart)
        #expect(decide(wanted: 10, size: 9, policy: .latest) == .skipToEnd)
        #expect(decide(wanted: 10, size: 20, isBetweenLines: false, policy: .earliest) == .skipToStart)
    }

    @Test func saysTheNumbersWhereItStops() {
        guard case .stop(let cut) = decide(wanted: 10, size: 9) else {
            Issue.record("does not stop")
            return
        }
        #expect(cut.contains("'f.jsonl' has 9 bytes") && cut.contains("the stored offset is byte 10"))
        #expect(cut.contains("set onOffsetOutOfRange to earliest"))
        guard case .stop(let start) = decide(wanted: 10, size: 20, isBetweenLines: false, isStored: false) else {
            Issue.record("does not stop")
            return
        }
        #expect(start.contains("of 20 bytes no line begins at the start offset, byte 10"))
    }
}
