import Millrace
import TestKit
import Testing

@testable import MillraceEngine

struct TimerQueueTests {
    private func entry(_ due: UInt64, _ sequence: UInt64 = 1, hash: UInt64 = 5) -> TimerQueue.Entry {
        TimerQueue.Entry(
            due: due, id: InvocationID(keyHash: hash, dueMilliseconds: due, originShard: 0, sequence: sequence))
    }

    /// A queue in front of a store of timers, as a shard has it, against a sorted list.
    @Test(arguments: UInt64(1)...40)
    func popsAllTimersInOrderHoweverFewAreInMemory(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limit = [2, 3, 10, 1_000].randomElement(using: &random) ?? 2
        var queue = TimerQueue(limit: limit)
        var stored: [TimerQueue.Entry] = []
        if random.chance(50) {
            for number in 0..<30 {
                stored.append(entry(UInt64.random(in: 0..<50, using: &random), UInt64(number + 1_000)))
            }
            stored.sort(by: TimerQueue.Entry.precedes)
            queue.startAtStore()
        }
        var now: UInt64 = 0
        for number in 0..<600 {
            if random.chance(60) {
                let new = entry(
                    now + UInt64.random(in: 0..<40, using: &random), UInt64(number),
                    hash: UInt64.random(in: 0..<3, using: &random))
                queue.add(new)
                stored.append(new)
                stored.sort(by: TimerQueue.Entry.precedes)
            } else {
                now += UInt64.random(in: 0..<4, using: &random)
                fire(&queue, &stored, now, batch: Int.random(in: 1...5, using: &random))
            }
            #expect(queue.count <= max(limit, 5) + 5)
            // Never later than the first timer: the shard must wake for it.
            if let first = stored.first { #expect((queue.nextDue ?? .max) <= first.due) }
        }
        fire(&queue, &stored, .max, batch: 3)
        #expect(stored.isEmpty)
        #expect(queue.nextDue == nil)
    }

    /// Does what a shard does in a turn: all that is due must come, in order.
    private func fire(_ queue: inout TimerQueue, _ stored: inout [TimerQueue.Entry], _ now: UInt64, batch: Int) {
        while true {
            if queue.needsRefill(now: now), let horizon = queue.horizon {
                let next = stored.filter { !TimerQueue.Entry.precedes($0, horizon) }.prefix(batch)
                queue.refill(Array(next), isComplete: next.count < batch)
            }
            guard let fired = queue.popDue(now: now) else {
                if queue.needsRefill(now: now) { continue }
                break
            }
            #expect(fired == stored.first)
            stored.removeFirst()
        }
        #expect(stored.first.map { $0.due > now } ?? true)
    }

    @Test func timersOfOneMillisecondComeByTheirIds() {
        var queue = TimerQueue(limit: 100)
        for sequence in [UInt64(3), 1, 2] { queue.add(entry(10, sequence)) }
        queue.add(entry(9, 7))
        #expect(queue.popDue(now: 8) == nil)
        #expect((0..<4).map { _ in queue.popDue(now: 10)?.id.sequence } == [7, 1, 2, 3])
    }

    @Test func keepsTheEarlierHalfWhenThereAreTooMany() {
        var queue = TimerQueue(limit: 10)
        for due in (UInt64(1)...11).reversed() { queue.add(entry(due)) }
        #expect(queue.count == 5)
        #expect(queue.hasMoreStored)
        #expect(queue.horizon?.due == 6)
        // A later one stays in the store, an earlier one does not.
        queue.add(entry(8, 2))
        queue.add(entry(3, 2))
        #expect(queue.count == 6)
    }
}
