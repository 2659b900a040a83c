import TestKit
import Testing

@testable import MillraceEngine

struct DueQueueTests {
    private func queue(_ number: Int) -> VirtualQueue {
        VirtualQueue(service: "S", key: [UInt8(truncatingIfNeeded: number)], hash: UInt64(number), head: 1, tail: 2)
    }

    @Test(arguments: UInt64(1)...30)
    func popsWhatIsDueInTheOrderOfTime(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var retries = DueQueue<VirtualQueue>()
        var model: [Int64] = []
        for number in 0..<400 {
            if random.chance(60) {
                let due = Int64.random(in: 0..<100, using: &random)
                retries.add(queue(number), due: due)
                model.append(due)
                model.sort()
            } else {
                let now = Int64.random(in: 0..<100, using: &random)
                let isDue = model.first.map { $0 <= now } ?? false
                #expect((retries.popDue(now: now) != nil) == isDue)
                if isDue { model.removeFirst() }
            }
            #expect(retries.nextDue == model.first)
        }
    }

    @Test func popsTheQueueThatWasAdded() {
        var retries = DueQueue<VirtualQueue>()
        let (late, early) = (queue(1), queue(2))
        retries.add(late, due: 20)
        retries.add(early, due: 10)
        #expect(retries.popDue(now: 9) == nil)
        #expect(retries.popDue(now: 30) === early)
        #expect(retries.popDue(now: 30) === late)
        #expect(retries.popDue(now: 30) == nil)
        #expect(retries.nextDue == nil)
    }
}
