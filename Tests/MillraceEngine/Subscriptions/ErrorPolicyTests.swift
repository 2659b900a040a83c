import Testing

@testable import MillraceEngine

struct ErrorPolicyTests {
    @Test func pausesGrowByTheFactorUpToTheLimit() {
        let policy = ErrorPolicy(initialMilliseconds: 100, factor: 3, maxMilliseconds: 1_000, attempts: 6)
        #expect((1...6).map { policy.pauseMilliseconds(afterAttempts: $0) } == [100, 300, 900, 1_000, 1_000, nil])
    }

    @Test func endlessPolicyNeverEndsAndNeverOverflows() {
        let policy = ErrorPolicy(initialMilliseconds: 1, factor: 1e9, maxMilliseconds: .max >> 12, attempts: nil)
        for attempts in [1, 10, 1_000, Int.max] { #expect(policy.pauseMilliseconds(afterAttempts: attempts) != nil) }
        #expect(ErrorPolicy(initialMilliseconds: 500, maxMilliseconds: 100).pauseMilliseconds(afterAttempts: 1) == 100)
    }

    @Test func oneAttemptMeansNoSecond() {
        #expect(ErrorPolicy(attempts: 1).pauseMilliseconds(afterAttempts: 1) == nil)
    }
}
