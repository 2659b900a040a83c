import Millrace
import TestKit
import Testing

@testable import MillraceEngine

struct DurableTableTests {
    @Test(arguments: UInt64(1)...100)
    func isADictionaryInWhichTheFirstValueCounts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = DurableTable<Int>()
        var model: [DurableID: Int] = [:]
        let largest: UInt32 = [5, 200, .max].randomElement(using: &random) ?? 5
        for value in 0..<300 {
            let id: DurableID
            switch Int.random(in: 0..<4, using: &random) {
            case 0: id = .signal(.random(in: 1...20, using: &random))
            case 1: id = .namedSignal("n", .random(in: 0...9, using: &random))
            default: id = .completion(.random(in: 0...largest, using: &random))
            }
            let isNew = model[id] == nil
            if isNew { model[id] = value }
            let wasInserted = table.insert(value, for: id)
            #expect(wasInserted == isNew)
            #expect(table.count == model.count)
            if Int.random(in: 0..<100, using: &random) == 0 {
                table.removeAll()
                model = [:]
                #expect(table.isEmpty)
            }
            for (id, value) in model { #expect(table[id] == value) }
            let absent = DurableID.completion(.random(in: 0...largest, using: &random))
            #expect(table[absent] == model[absent])
        }
    }

    /// Where the numbers before it come later, it is still the same.
    @Test func farCompletionIsFoundWhenTheOthersHaveCaughtUp() {
        var table = DurableTable<Int>()
        table.insert(1, for: .completion(1_000))
        for number in UInt32(1)...999 { table.insert(0, for: .completion(number)) }
        #expect(table[.completion(1_000)] == 1)
        table.insert(2, for: .completion(1_000))
        #expect(table[.completion(1_000)] == 1)
        #expect(table.count == 1_000)
    }

    @Test func numberThatIsFarAwayTakesNoMemory() {
        var table = DurableTable<Int>()
        for number in (UInt32.max - 9)...UInt32.max { table.insert(1, for: .completion(number)) }
        #expect(table.count == 10)
    }
}
