/// The hash XXH64 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): it decides a key's shard, so it is part of the
/// on-disk format and never changes.
package enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The hash of bytes, with a seed.
    @inline(__always)
    package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        guard let base = bytes.baseAddress else { return unsafe hash(UnsafeRawPointer(bitPattern: 8), 0, seed) }
        return unsafe hash(base, bytes.count, seed)
    }

    private static func hash(_ start: UnsafeRawPointer?, _ count: Int, _ seed: UInt64) -> UInt64 {
        var h = seed &+ prime5 &+ UInt64(count)
        guard var p = unsafe start, count > 0 else { return avalanche(h) }
        var left = count
        if count >= 32 {
            var v1 = seed &+ prime1 &+ prime2
            var v2 = seed &+ prime2
            var v3 = seed
            var v4 = seed &- prime1
            repeat {
                v1 = unsafe round(v1, word(p, 0))
                v2 = unsafe round(v2, word(p, 8))
                v3 = unsafe round(v3, word(p, 16))
                v4 = unsafe round(v4, word(p, 24))
                unsafe p += 32
                left -= 32
            } while left >= 32
            h = rotate(v1, 1) &+ rotate(v2, 7) &+ rotate(v3, 12) &+ rotate(v4, 18)
            h = merge(merge(merge(merge(h, v1), v2), v3), v4)
            h = h &+ UInt64(count)
        }
        while left >= 8 {
            h ^= unsafe round(0, word(p, 0))
            h = rotate(h, 27) &* prime1 &+ prime4
            unsafe p += 8
            left -= 8
        }
        if left >= 4 {
            h ^= unsafe UInt64(UInt32(littleEndian: p.loadUnaligned(as: UInt32.self))) &* prime1
            h = rotate(h, 23) &* prime2 &+ prime3
            unsafe p += 4
            left -= 4
        }
        while left > 0 {
            h ^= unsafe UInt64(p.load(as: UInt8.self)) &* prime5
            h = rotate(h, 11) &* prime1
            unsafe p += 1
            left -= 1
        }
        return avalanche(h)
    }

    @inline(__always) private static func word(_ p: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: p.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    @inline(__always) private static func rotate(_ x: UInt64, _ by: UInt64) -> UInt64 { x << by | x >> (64 &- by) }
    @inline(__always) private static func round(_ a: UInt64, _ input: UInt64) -> UInt64 {
        rotate(a &+ input &* prime2, 31) &* prime1
    }
    @inline(__always) private static func merge(_ h: UInt64, _ v: UInt64) -> UInt64 {
        (h ^ round(0, v)) &* prime1 &+ prime4
    }
    @inline(__always) private static func avalanche(_ x: UInt64) -> UInt64 {
        var h = x
        h ^= h >> 33
        h = h &* prime2
        h ^= h >> 29
        h = h &* prime3
        return h ^ h >> 32
    }
}
