import Glibc

#if canImport(CJemalloc)
    import CJemalloc
#endif

/// The allocator of a process that people run, and of the benchmarks: jemalloc, for all that Swift, RocksDB and the other C libraries
/// allocate, by being linked.
///
/// With glibc's, handlers that wait cost a sixth to a third more: tens of thousands of runs and tasks come and go in waves, and it spends
/// the time on joining and splitting what they leave.
package enum Allocator {
    /// Memory that the process has allocated and not freed, in bytes; `nil` where another allocator is in jemalloc's place. Any
    /// thread.
    package static var allocatedBytes: Int? {
        #if canImport(CJemalloc)
            guard isInPlace else { return nil }
            // Statistics are of the moment at which this was last written.
            var epoch: UInt64 = 1
            guard unsafe mallctl("epoch", nil, nil, &epoch, MemoryLayout<UInt64>.size) == 0 else { return nil }
            var bytes = 0
            var size = MemoryLayout<Int>.size
            guard unsafe mallctl("stats.allocated", &bytes, &size, nil, 0) == 0 else { return nil }
            return bytes
        #else
            return nil
        #endif
    }

    /// Has freed memory go back to the system after a second, by threads of jemalloc's own: by itself it takes ten, and needs the
    /// process to go on allocating. To be called once, at the process's start. Where `MALLOC_CONF` says how somebody wants it, it stays so.
    package static func returnFreedMemory() {
        #if canImport(CJemalloc)
            guard isInPlace, unsafe getenv("MALLOC_CONF") == nil else { return }
            // The arenas to come, and those that there are.
            set("arenas.dirty_decay_ms", to: decayMilliseconds)
            for arena in 0..<(setting("arenas.narenas", UInt32(0)) ?? 0) {
                set("arena.\(arena).dirty_decay_ms", to: decayMilliseconds)
            }
            set("background_thread", to: true)
        #endif
    }

    /// How long memory that was freed is kept for whoever wants some next, in milliseconds.
    static let decayMilliseconds = 1_000

    #if canImport(CJemalloc)
        private static func set<Value: BitwiseCopyable>(_ name: String, to value: Value) {
            var value = value
            // What a jemalloc does not know, it does without.
            unsafe _ = mallctl(name, nil, nil, &value, MemoryLayout<Value>.size)
        }

        static func setting<Value: BitwiseCopyable>(_ name: String, _ initial: Value) -> Value? {
            var value = initial
            var size = MemoryLayout<Value>.size
            return unsafe mallctl(name, &value, &size, nil, 0) == 0 ? value : nil
        }
    #endif

    /// Whether what the process calls `malloc` is jemalloc's.
    private static let isInPlace: Bool = {
        guard let jemalloc = unsafe dlopen("libjemalloc.so.2", RTLD_LAZY | RTLD_NOLOAD) else { return false }
        defer { unsafe _ = dlclose(jemalloc) }
        return unsafe dlsym(nil, "malloc") == dlsym(jemalloc, "malloc")
    }()
}
