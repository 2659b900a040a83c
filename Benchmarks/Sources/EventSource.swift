import Glibc
import MillraceEngine

/// Makes records in memory, as fast as the engine takes them or at a fixed rate: 16-byte keys, 100-byte values.
@safe struct EventSource {
    var events: Int
    /// Picks the key of an event, by its number and a random word.
    var key: @Sendable (Int, UInt64) -> Int
    /// Events a second, or as fast as possible.
    var rate: Int?
    var chunk = 2048
    /// Overwrites the value of an event; it has 100 bytes.
    var fill: (@Sendable (Int, UnsafeMutableRawBufferPointer) -> Void)?
    /// Another value instead of the 100 bytes.
    var value: (@Sendable (Int, UInt64) -> [UInt8])?
    var firstOffset: Int64 = 0

    /// Delivers all events and returns when the last one is delivered. Blocks.
    func run(into intake: Intake, slot: Int, half: () -> Void = {}) {
        var random: UInt64 = 0x9E37_79B9_7F4A_7C15
        var keyBytes = [UInt8]("key-000000000000".utf8)
        var valueBytes = [UInt8](repeating: 0x78, count: 100)
        var sent = 0
        let begin = monotonicNanoseconds()
        var isPastHalf = false
        while sent < events {
            var count = min(chunk, events - sent)
            if let rate {
                let due = Int(Double(monotonicNanoseconds() - begin) / 1e9 * Double(rate))
                count = min(count, due - sent)
                if count <= 0 {
                    usleep(500)
                    continue
                }
            }
            let batch = intake.makeBatch()
            for i in sent..<sent + count {
                random ^= random << 13
                random ^= random >> 7
                random ^= random << 17
                Self.write(key(i, random), into: &keyBytes)
                if let value {
                    Self.append(i, firstOffset, slot, keyBytes, value(i, random), to: batch)
                } else {
                    if let fill = unsafe fill { unsafe valueBytes.withUnsafeMutableBytes { unsafe fill(i, $0) } }
                    Self.append(i, firstOffset, slot, keyBytes, valueBytes, to: batch)
                }
                batch.finishRecord()
            }
            intake.deliver(batch)
            sent += count
            if !isPastHalf, sent * 2 >= events {
                isPastHalf = true
                half()
            }
            while !intake.waitUntilReady(timeoutMilliseconds: 100) {}
        }
    }

    @inline(__always)
    private static func append(
        _ i: Int, _ firstOffset: Int64, _ slot: Int, _ key: borrowing [UInt8], _ value: borrowing [UInt8],
        to batch: RecordBatch
    ) {
        unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                unsafe batch.append(
                    slot: slot, offset: firstOffset + Int64(i), timestamp: nil, key: key, value: value)
            }
        }
    }

    /// Ends a key with a number of twelve digits. Written two at a time, so that the making of keys is not what is measured.
    @inline(__always)
    private static func write(_ number: Int, into key: inout [UInt8]) {
        var left = UInt64(number)
        var at = 14
        while at > 2 {
            let (rest, pair) = left.quotientAndRemainder(dividingBy: 100)
            key[at] = UInt8(48 + pair / 10)
            key[at + 1] = UInt8(48 + pair % 10)
            left = rest
            at -= 2
        }
    }
}

/// Uniform, skewed and single keys.
enum Keys {
    static func uniform(_ count: Int) -> @Sendable (Int, UInt64) -> Int { { _, random in Int(random >> 1) % count } }

    /// Zipf-like: the exponent of a random number spreads the keys over the powers of two.
    static func zipf(_ count: Int) -> @Sendable (Int, UInt64) -> Int {
        { _, random in
            let unit = Double(random >> 11) / Double(1 << 53)
            return Int(exp(unit * log(Double(count)))) % count
        }
    }
}
