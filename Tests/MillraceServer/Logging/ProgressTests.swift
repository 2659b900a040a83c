import Testing

@testable import MillraceEngine
@testable import MillraceServer

@Suite struct ProgressTests {
    private func statistics(records: UInt64, lag: Int64) -> EngineStatistics {
        var statistics = EngineStatistics()
        statistics.records = records
        statistics.subscriptions = [
            .init(
                name: "s", status: .running(from: 0), delivered: 0,
                partitions: [
                    .init(topic: "t", partition: 0, status: .running(from: 0), position: 100, logEnd: 100 + lag),
                    // Not begun: nothing is known of its lag.
                    .init(topic: "t", partition: 1, status: .starting, position: -1, logEnd: -1),
                ])
        ]
        return statistics
    }

    @Test func thereIsNoLineWhileItKeepsUp() {
        var progress = Progress()
        #expect(progress.observe(statistics(records: 0, lag: 10), now: 0) == .none)
        #expect(progress.observe(statistics(records: 500, lag: 1000), now: 250) == .none)
        #expect(progress.line == "")
        #expect(progress.lag == 1000)
    }

    @Test func showsRateAndLagWhileCatchingUpAndSaysWhenItHas() {
        var progress = Progress()
        _ = progress.observe(statistics(records: 0, lag: 1_000_000), now: 0)
        for step in 1...40 {
            let done = UInt64(step) * 25_000
            #expect(progress.observe(statistics(records: done, lag: 1_000_000), now: Int64(step) * 250) == .none)
        }
        #expect(progress.line == "catching up: 99.5 k records/s, 1 M behind, 10 s left at this rate")
        let change = progress.observe(statistics(records: 1_025_000, lag: 0), now: 10_250)
        #expect(change == .caughtUp(records: 1_025_000, milliseconds: 10_250))
        #expect(progress.line == "")
    }

    @Test func aMomentBehindIsNotWorthALine() {
        var progress = Progress()
        _ = progress.observe(statistics(records: 0, lag: 5000), now: 0)
        #expect(progress.observe(statistics(records: 5000, lag: 0), now: 250) == .none)
    }

    @Test(arguments: [
        (0, "0"), (9_999, "9999"), (12_345, "12.3 k"), (123_456, "123 k"), (1_234_567, "1.23 M"), (1e9, "1 G"),
    ])
    func numbersAreShort(number: Double, text: String) {
        #expect(Progress.short(number) == text)
    }
}
