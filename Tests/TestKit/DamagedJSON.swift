/// Damages documents as people and networks do: a byte or a few changed, added, doubled or left out.
package enum DamagedJSON {
    /// - Parameters:
    ///   - places: the most places that are damaged.
    ///   - run: the most bytes that are doubled at one of them.
    package static func make(
        of document: [UInt8], places: Int, run: Int, using random: inout SeededGenerator
    ) -> [UInt8] {
        var bytes = document
        let alphabet = Array(#"{}[],:"\0123456789.-+eEtruefalsn /ux"#.utf8) + [0, 0x1f, 0x80, 0xc3, 0xff]
        for _ in 0..<Int.random(in: 1...places, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[at] = byte
            case 1: bytes.insert(byte, at: at)
            case 2: bytes.remove(at: at)
            case 3:
                let end = min(bytes.count, at + Int.random(in: 1...run, using: &random))
                bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
            default: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...4, using: &random)))
            }
        }
        return bytes
    }
}
