import Testing

@testable import MillraceEngine
@testable import MillraceKafka

struct MissingOffsetTests {
    private func decide(
        _ wanted: Int64, isStored: Bool = true, _ low: Int64, _ high: Int64, lastEnd: Int64? = nil,
        _ policy: MissingOffsetPolicy = .stop
    ) -> MissingOffset {
        .decide(
            wanted: wanted, isStored: isStored, low: low, high: high, lastEnd: lastEnd, policy: policy, place: "t/0")
    }

    @Test
    func everyOffsetBetweenStartAndEndIsPresent() {
        for wanted in Int64(3)...7 { #expect(decide(wanted, 3, 7) == .present) }
        #expect(decide(0, 0, 0) == .present)
        #expect(decide(5, 0, 9, lastEnd: 9) == .present)
    }

    @Test
    func thePolicySaysWhereToGoOn() {
        for (wanted, low, high) in [(Int64(2), Int64(3), Int64(7)), (8, 3, 7)] {
            #expect(decide(wanted, low, high, .earliest) == .skip(to: low))
            #expect(decide(wanted, low, high, .latest) == .skip(to: high))
            guard case .stop(let reason) = decide(wanted, low, high) else {
                Issue.record("it does not stop")
                continue
            }
            for number in [wanted, low, high] { #expect(reason.contains("\(number)")) }
        }
    }

    @Test
    func aLogThatWasAwayAndIsShorterIsAnotherOne() {
        #expect(decide(5, 0, 6, lastEnd: 9, .earliest) == .skip(to: 0))
        guard case .stop(let reason) = decide(5, 0, 6, lastEnd: 9) else {
            Issue.record("it does not stop")
            return
        }
        #expect(reason.contains("deleted and created again"))
    }

    @Test
    func aStartThatTheSubscriptionNamesIsCalledSo() {
        guard case .stop(let reason) = decide(9, isStored: false, 0, 5) else {
            Issue.record("it does not stop")
            return
        }
        #expect(reason.contains("the start offset is 9"))
    }
}
