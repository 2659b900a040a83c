import Testing

@testable import MillraceServer

@Suite struct LogThrottleTests {
    @Test func letsTheFirstThroughAndCountsTheRest() {
        let throttle = LogThrottle(burst: 2, windowMilliseconds: 100)
        #expect((0..<5).map { throttle.admits("a", now: 0, last: "line \($0)") } == [true, true, false, false, false])
        #expect(throttle.endWindows(now: 99) == [])
        #expect(throttle.endWindows(now: 2100) == [.init(kind: "a", count: 3, seconds: 2, last: "line 4")])
        #expect(throttle.endWindows(now: 5000) == [])
        #expect(throttle.admits("a", now: 5000, last: "line"))
    }

    @Test func kindsDoNotStandInEachOthersWay() {
        let throttle = LogThrottle(burst: 1)
        #expect(throttle.admits("a", now: 0, last: ""))
        #expect(!throttle.admits("a", now: 0, last: ""))
        #expect(throttle.admits("b", now: 0, last: ""))
    }

    /// Each partition of a topic is a kind, and nothing bounds how many there are.
    @Test func itsMemoryIsBounded() {
        let throttle = LogThrottle(burst: 1)
        for number in 0..<5000 { #expect(throttle.admits("kind \(number)", now: 0, last: "")) }
        #expect(throttle.admits("kind 4999", now: 0, last: ""), "counted no more, but written")
        #expect(!throttle.admits("kind 0", now: 0, last: ""))
    }
}
