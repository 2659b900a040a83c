import Foundation
import Testing

@testable import MillraceAllocator

/// Under a sanitizer, which has an allocator of its own, there is nothing to test.
@Suite(.enabled(if: Allocator.allocatedBytes != nil))
struct AllocatorTests {
    @Test func countsWhatIsAllocated() throws {
        let before = try #require(Allocator.allocatedBytes)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 20, alignment: 16)
        let during = try #require(Allocator.allocatedBytes)
        unsafe block.deallocate()
        let after = try #require(Allocator.allocatedBytes)
        // Other tests allocate meanwhile.
        #expect(during - before > 128 << 20)
        #expect(during - after > 128 << 20)
    }

    #if canImport(CJemalloc)
        @Test(.enabled(if: ProcessInfo.processInfo.environment["MALLOC_CONF"] == nil))
        func freedMemoryGoesBackSoon() {
            Allocator.returnFreedMemory()
            #expect(Allocator.setting("arenas.dirty_decay_ms", 0) == Allocator.decayMilliseconds)
            #expect(Allocator.setting("arena.0.dirty_decay_ms", 0) == Allocator.decayMilliseconds)
            #expect(Allocator.setting("background_thread", false) == true)
        }
    #endif
}
