import struct FoundationEssentials.UUID

/// UUIDs as text: five groups of hexadecimal digits.
enum UUIDText {
    static func parse(_ bytes: PaddedBytes, start: Int, count: Int) -> UUID? {
        guard count == 36 else { return nil }
        var value: UInt128 = 0
        var at = start
        for group in [8, 4, 4, 4, 12] {
            if at > start {
                guard bytes[at] == Byte.minus else { return nil }
                at += 1
            }
            for index in at..<at + group {
                let digit = Byte.hexadecimal(bytes[index])
                guard digit < 16 else { return nil }
                value = value << 4 | UInt128(digit)
            }
            at += group
        }
        return unsafe unsafeBitCast(value.bigEndian, to: UUID.self)
    }

    static func write(_ uuid: UUID, to output: inout JSONBuffer) {
        let value = unsafe UInt128(bigEndian: unsafeBitCast(uuid.uuid, to: UInt128.self))
        output.append(Byte.quote)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { output.append(Byte.minus) }
            let digit = UInt8(truncatingIfNeeded: value >> UInt128(124 - index * 4)) & 15
            output.append(digit < 10 ? Byte.zero + digit : UInt8(ascii: "A") + digit - 10)
        }
        output.append(Byte.quote)
    }
}
