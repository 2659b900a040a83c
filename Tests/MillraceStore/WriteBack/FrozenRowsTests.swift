import TestKit
import Testing

@testable import MillraceStore

struct FrozenRowsTests {
    @Test(arguments: UInt64(1)...30)
    func sortsByFamilyAndThenByKey(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rows = FrozenRows(rowCount: 100, byteCount: 100 * 40)
        var model: [(family: UInt8, key: [UInt8])] = []
        let prefix = random.bytes(Int.random(in: 0...4, using: &random))
        for _ in 0..<100 {
            // Few values, so that keys share long prefixes, and some are prefixes of others.
            let tail = (0..<Int.random(in: 0...14, using: &random)).map { _ in UInt8.random(in: 0...1, using: &random) }
            let family = UInt8.random(in: 0..<3, using: &random)
            let key = prefix + tail
            guard !model.contains(where: { $0.family == family && $0.key == key }) else { continue }
            model.append((family, key))
            unsafe key.withUnsafeBytes { unsafe rows.append(family: family, key: $0, value: nil) }
        }
        model.sort { $0.family != $1.family ? $0.family < $1.family : $0.key.lexicographicallyPrecedes($1.key) }
        let sorted = rows.sortedByFamilyAndKey()
        #expect(sorted.map(\.family) == model.map(\.family))
        #expect(sorted.map { unsafe [UInt8](rows.key($0)) } == model.map(\.key))
    }
}
