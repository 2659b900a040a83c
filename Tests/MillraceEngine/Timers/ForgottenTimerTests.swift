import Testing

@testable import Millrace
@testable import MillraceEngine

struct ForgottenTimerTests {
    private func entry(_ due: UInt64, _ number: UInt64 = 0, completion: UInt32 = 1) -> TimerQueue.Entry {
        TimerQueue.Entry(
            due: due, id: InvocationID(keyHash: 0, dueMilliseconds: 0, originShard: 0, sequence: number),
            completion: completion)
    }

    @Test func aForgottenTimerWakesNobody() {
        var queue = TimerQueue(limit: 100)
        for due: UInt64 in [10, 20, 30] { queue.add(entry(due)) }
        queue.forget(entry(20))
        queue.forget(entry(10))
        #expect(queue.count == 1)
        #expect(queue.nextDue == 30)
        #expect(queue.popDue(now: 29) == nil)
        #expect(queue.popDue(now: 30) == entry(30))
        #expect(queue.nextDue == nil)
        #expect(queue.count == 0)
    }

    @Test func whatIsOnlyToBeForgottenDoesNotCount() {
        var queue = TimerQueue(limit: 100)
        queue.add(entry(10, completion: TimerQueue.Entry.purge))
        #expect(queue.count == 0)
        #expect(queue.nextDue == 10)
        queue.add(entry(20))
        #expect(queue.count == 1)
        #expect(queue.popDue(now: 10) == entry(10, completion: TimerQueue.Entry.purge))
        #expect(queue.count == 1)
    }

    /// A forgotten one was taken off the count twice.
    @Test func whatIsForgottenAndDoesNotCountIsTakenOffOnce() {
        var queue = TimerQueue(limit: 100)
        queue.add(entry(10))
        queue.add(entry(20, completion: TimerQueue.Entry.purge))
        queue.add(entry(30, completion: TimerQueue.Entry.expiry))
        queue.forget(entry(20, completion: TimerQueue.Entry.purge))
        #expect(queue.count == 1)
        queue.add(entry(20, completion: TimerQueue.Entry.purge))
        #expect(queue.count == 1)
        queue.forget(entry(30, completion: TimerQueue.Entry.expiry))
        #expect(queue.popDue(now: 10) == entry(10))
        #expect(queue.count == 0)
        #expect(queue.popDue(now: 30) == entry(20, completion: TimerQueue.Entry.purge))
        #expect(queue.popDue(now: 30) == nil)
        #expect(queue.count == 0)
    }

    /// Beside a plain list of all rows, over random operations, with a heap that is far smaller than the list.
    @Test(arguments: 0..<50 as Range<UInt64>) func takesWhatIsDueAndWasNotForgotten(seed: UInt64) {
        var random = DurableGenerator(
            InvocationID(keyHash: seed, dueMilliseconds: 0, originShard: 0, sequence: 1))
        let limit = [4, 50, 1_000].randomElement(using: &random) ?? 4
        var queue = TimerQueue(limit: limit)
        var rows: Set<TimerQueue.Entry> = []
        var now: UInt64 = 0
        for number in 0..<2_000 as Range<UInt64> {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let new = entry(now + UInt64.random(in: 1...500, using: &random), number)
                rows.insert(new)
                queue.add(new)
            case 5..<8:
                guard let one = rows.sorted(by: TimerQueue.Entry.precedes).randomElement(using: &random) else {
                    continue
                }
                rows.remove(one)
                queue.forget(one)
                if Bool.random(using: &random) {
                    rows.insert(one)
                    queue.add(one)
                }
            default:
                now += UInt64.random(in: 0...40, using: &random)
                let due = rows.filter { $0.due <= now }.sorted(by: TimerQueue.Entry.precedes)
                var taken: [TimerQueue.Entry] = []
                while true {
                    if queue.needsRefill(now: now), let horizon = queue.horizon {
                        let stored = rows.filter { !TimerQueue.Entry.precedes($0, horizon) }
                            .sorted(by: TimerQueue.Entry.precedes)
                        queue.refill(Array(stored.prefix(2)), isComplete: stored.count < 2)
                    }
                    guard let next = queue.popDue(now: now) else {
                        if queue.needsRefill(now: now) { continue }
                        break
                    }
                    rows.remove(next)
                    taken.append(next)
                }
                #expect(taken == due)
            }
            let inMemory = rows.count { row in queue.horizon.map { TimerQueue.Entry.precedes(row, $0) } ?? true }
            #expect(queue.count == inMemory)
        }
    }
}
