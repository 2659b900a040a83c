import TestKit
import Testing

@testable import MillraceStore

struct BlockTests {
    private struct Row: Equatable {
        var family: Family
        var key: [UInt8]
        var value: [UInt8]?
    }

    private func build(_ number: UInt64, _ rows: [Row], _ messages: [UInt8] = []) -> [UInt8] {
        let builder = BlockBuilder()
        builder.begin(number: number)
        for row in rows {
            unsafe row.key.withUnsafeBytes { key in
                guard let value = row.value else {
                    return unsafe builder.append(family: row.family.rawValue, key: key, value: nil)
                }
                unsafe value.withUnsafeBytes { unsafe builder.append(family: row.family.rawValue, key: key, value: $0) }
            }
        }
        return unsafe messages.withUnsafeBytes { unsafe [UInt8](builder.finish(messages: $0)) }
    }

    private func read(_ bytes: [UInt8]) throws -> (number: UInt64, rows: [Row], messages: [[UInt8]]) {
        try unsafe bytes.withUnsafeBytes { bytes in
            let block = try unsafe Block.Reader(bytes)
            var rows: [Row] = []
            try unsafe block.forEachRow { row throws(StoreError) in
                unsafe rows.append(
                    Row(family: row.family, key: [UInt8](row.key), value: row.value.map { unsafe [UInt8]($0) }))
            }
            var messages: [[UInt8]] = []
            try unsafe block.forEachMessage { unsafe messages.append([UInt8]($0)) }
            return unsafe (block.number, rows, messages)
        }
    }

    @Test(arguments: UInt64(1)...50)
    func comesBackAsItWasWritten(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows: [Row] = []
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            let counts = [0, 1, 127, 128, 300, 70_000]
            rows.append(
                Row(
                    family: Family.allCases.randomElement(using: &random) ?? .state,
                    key: random.bytes(Int.random(in: 0...200, using: &random)),
                    value: random.chance(20) ? nil : random.bytes(counts.randomElement(using: &random) ?? 0)))
        }
        let message = random.bytes(100)
        let (number, found, messages) = try read(build(seed << 40, rows, [100] + message + [0]))
        #expect(number == seed << 40)
        #expect(found == rows)
        #expect(messages == [message, []])
    }

    @Test func blockWithoutAnything() throws {
        let (number, rows, messages) = try read(build(.max, []))
        #expect(number == .max)
        #expect(rows.isEmpty && messages.isEmpty)
    }

    private var sample: [UInt8] {
        build(
            7, [Row(family: .state, key: [1, 2], value: [3]), Row(family: .inbox, key: [4], value: nil)], [2, 5, 6])
    }

    @Test func cutAnywhereItIsNoBlock() {
        for count in 0..<sample.count {
            #expect(throws: BlockError.self) { try read(Array(sample[..<count])) }
        }
    }

    @Test func changedAnywhereItIsNoBlock() {
        for at in sample.indices {
            for bit in 0..<8 {
                var changed = sample
                changed[at] ^= 1 << bit
                #expect(throws: BlockError.self) { try read(changed) }
            }
        }
    }

    /// Even where the checksum is right, no count leads out of the block.
    @Test func wrongCountsAreNoBlock() {
        for at in 8..<sample.count {
            for value in [UInt8(0), 1, 0x7f, 0x80, 0xff] {
                var changed = sample
                changed[at] = value
                let sum = unsafe changed[8...].withUnsafeBytes { unsafe XXH64.hash($0) }
                for i in 0..<8 { changed[i] = UInt8(truncatingIfNeeded: sum >> (8 * UInt64(i))) }
                // Some are blocks, of other content; none may crash.
                _ = try? read(changed)
            }
        }
    }

    @Test func versionThatIsNotKnownIsNamed() {
        var changed = sample
        changed[8] = 9
        let sum = unsafe changed[8...].withUnsafeBytes { unsafe XXH64.hash($0) }
        for i in 0..<8 { changed[i] = UInt8(truncatingIfNeeded: sum >> (8 * UInt64(i))) }
        let error = #expect(throws: BlockError.self) { try read(changed) }
        #expect(error.map { "\($0)" }?.contains("version 9") ?? false)
    }
}
