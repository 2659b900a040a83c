import TestKit
import Testing

@testable import MillraceStore

struct RowTableTests {
    /// Reading ahead looks at rows of any size, and at hashes of which there is nothing or nothing any more, and changes nothing.
    @Test(arguments: UInt64(1)...5)
    func readingAheadChangesNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let table = RowTable()
        var values: [[UInt8]: [UInt8]] = [:]
        for number in 0..<500 {
            let key: [UInt8] = [UInt8(number >> 8), UInt8(number & 0xff)]
            let value = random.bytes(Int.random(in: 0...600, using: &random))
            table.add(key, value)
            table.link(table.index(of: key), objectCount: key.count)
            if random.chance(30) { table.remove(table.index(of: key)) } else { values[key] = value }
        }
        let bytes = table.byteCount
        var number = 0
        while number < 520 {
            var hashes: [UInt64] = []
            for _ in 0..<16 {
                let key: [UInt8] = [UInt8(number >> 8), UInt8(number & 0xff)]
                unsafe key.withUnsafeBytes { unsafe hashes.append(RowTable.objectHash($0)) }
                number += 1
            }
            table.prefetch(objects: hashes.span)
        }
        #expect(table.byteCount == bytes)
        #expect(table.count == values.count)
        for (key, value) in values {
            #expect(unsafe table.value(table.index(of: key)).map { unsafe [UInt8]($0) } == value)
        }
    }

    /// Random rows come and go beside a dictionary, with keys that share hashes' low bits often enough to make long runs.
    @Test(arguments: UInt64(1)...20)
    func findsWhatADictionaryFinds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let table = RowTable()
        var model: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<3_000 {
            let key: [UInt8] = [UInt8.random(in: 0..<40, using: &random), UInt8.random(in: 0..<8, using: &random)]
            let index = table.index(of: key)
            #expect((index >= 0) == (model[key] != nil))
            if index < 0 {
                let value = random.bytes(Int.random(in: 0...60, using: &random))
                table.add(key, value)
                model[key] = value
            } else if random.chance(40) {
                table.remove(index)
                model[key] = nil
            } else {
                let value = random.bytes(Int.random(in: 0...300, using: &random))
                unsafe value.withUnsafeBytes { unsafe table.setValue(index, $0) }
                model[key] = value
            }
        }
        #expect(table.count == model.count)
        for (key, value) in model {
            let index = table.index(of: key)
            #expect(index >= 0)
            #expect(unsafe table.value(index).map { unsafe [UInt8]($0) } == value)
        }
        for key in model.keys { table.remove(table.index(of: key)) }
        #expect(table.count == 0)
        #expect(table.byteCount == 0)
    }

    @Test func keysOfTwoFamiliesAreTwoRows() {
        let table = RowTable()
        table.add([1], [1], family: .state)
        table.add([1], [2], family: .inbox)
        #expect(unsafe table.value(table.index(of: [1], family: .state)).map { unsafe [UInt8]($0) } == [1])
        #expect(unsafe table.value(table.index(of: [1], family: .inbox)).map { unsafe [UInt8]($0) } == [2])
    }

    @Test func listsTheRowsOfAnObject() {
        let table = RowTable()
        let prefix: [UInt8] = [9, 9]
        for name in UInt8(0)..<5 { table.link(table.add(prefix + [name], [name]), objectCount: prefix.count) }
        table.link(table.add([9, 8, 1], [1]), objectCount: 2)
        #expect(table.members(of: prefix) == [0, 1, 2, 3, 4])
        for name in [UInt8(4), 0, 2] { table.remove(table.index(of: prefix + [name])) }
        #expect(table.members(of: prefix) == [1, 3])
        for name in [UInt8(1), 3] { table.remove(table.index(of: prefix + [name])) }
        #expect(table.members(of: prefix) == [])
    }

    @Test func evictsOnlyRowsThatAreCleanAndNotLatelyUsed() {
        let table = RowTable()
        for name in UInt8(0)..<30 {
            let index = table.add([name], [UInt8](repeating: 0, count: 100))
            // Of three rows one is dirty, one belongs to an overlay that is not written yet, and one is clean.
            if name % 3 == 0 { unsafe table.rows[index].dirtyIndex = Int32(name) }
            if name % 3 == 1 { unsafe table.rows[index].generation = 2 }
        }
        table.evict(toBytes: 0, written: 1, steps: 1_000)
        #expect(table.count == 20)
        for name in UInt8(0)..<30 { #expect((table.index(of: [name]) >= 0) == (name % 3 != 2)) }
        table.evict(toBytes: 0, written: 2, steps: 1_000)
        #expect(table.count == 10)
    }

    @Test func looksAtNoMoreRowsThanItIsToldTo() {
        let table = RowTable()
        for name in UInt8(0)..<100 { table.add([name], [name]) }
        table.evict(toBytes: 0, written: 0, steps: 10)
        #expect(table.count >= 90)
    }
}

extension RowTable {
    fileprivate func index(of key: [UInt8], family: Family = .state) -> Int {
        unsafe key.withUnsafeBytes { unsafe find(family, $0, Self.hash(family, $0)) }
    }

    @discardableResult
    fileprivate func add(_ key: [UInt8], _ value: [UInt8], family: Family = .state) -> Int {
        unsafe key.withUnsafeBytes { key in
            let index = unsafe insert(
                family, key, Self.hash(family, key), valueCapacity: value.count, flags: [.known])
            unsafe value.withUnsafeBytes { unsafe setValue(index, $0) }
            return index
        }
    }

    /// The last bytes of the keys of an object's rows, sorted.
    fileprivate func members(of prefix: [UInt8]) -> [UInt8] {
        var members: [UInt8] = []
        var index = unsafe prefix.withUnsafeBytes { unsafe firstRow(ofObject: $0) }
        while index >= 0 {
            unsafe members.append(contentsOf: key(index).suffix(1))
            index = unsafe Int(rows[index].groupNext)
        }
        return members.sorted()
    }
}
