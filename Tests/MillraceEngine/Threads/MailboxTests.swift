import Testing

@testable import MillraceEngine

struct MailboxTests {
    private func delivered(_ number: UInt64) -> ShardGroup.Input { .delivered(shard: 0, batchNumber: number) }

    private func numbers(_ inputs: [ShardGroup.Input]) -> [UInt64] {
        inputs.compactMap { if case .delivered(_, let number) = $0 { number } else { nil } }
    }

    @Test func givesWhatWasPostedInOrder() {
        let mailbox = Mailbox()
        for number in UInt64(1)...5 { mailbox.post(delivered(number)) }
        #expect(numbers(mailbox.take(inputs: 2)) == [1, 2])
        #expect(mailbox.count == 3)
        #expect(numbers(mailbox.take(records: 100)) == [3, 4, 5])
        #expect(mailbox.take(records: 100).isEmpty)
    }

    /// A turn's records are bounded, and what is left wakes the thread again.
    @Test func takesAboutAsManyRecordsAsItIsAskedFor() {
        let host = FakeHost()
        let intake = host.makeIntake()
        let (slot, _) = intake.open(topic: "t", partition: 0)
        let mailbox = Mailbox()
        for _ in 0..<4 {
            let batch = intake.makeBatch()
            for offset in 0..<10 {
                batch.append(SteppedHarness.Record(offset: Int64(offset), key: "k", value: ""), slot: slot)
            }
            mailbox.post(.records(batch, advancing: false))
        }
        mailbox.signal.wait()
        #expect(mailbox.take(records: 15).count == 2)
        mailbox.signal.wait()
        #expect(mailbox.take(records: 1).count == 1)
        #expect(mailbox.take(records: 15).count == 1)
    }

    /// A million requests at once were one turn, of many seconds and hundreds of megabytes.
    @Test func takesRequestsInTurnsToo() {
        let mailbox = Mailbox()
        var posted: UInt64 = 0
        var taken: [UInt64] = []
        for _ in 1...10 {
            for _ in 1...100 {
                posted += 1
                mailbox.post(delivered(posted))
            }
            let turn = numbers(mailbox.take(records: 30))
            #expect(turn.count == 30)
            taken += turn
        }
        while mailbox.count > 0 {
            mailbox.signal.wait()
            taken += numbers(mailbox.take(records: 30))
        }
        #expect(taken == Array(1...posted))
        #expect(mailbox.take(inputs: 5).isEmpty)
    }
}
