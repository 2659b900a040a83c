import Synchronization

/// A row of counts of fixed length that several threads add to.
@safe struct AtomicCounts: ~Copyable, @unchecked Sendable {
    // The memory is only reached by atomic operations until deinit, which has the last reference.
    private let first: UnsafeMutablePointer<Atomic<Int>>
    let count: Int

    init(count: Int) {
        precondition(count > 0)
        unsafe first = .allocate(capacity: count)
        self.count = count
        for index in 0..<count { unsafe (first + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe first.deinitialize(count: count)
        unsafe first.deallocate()
    }

    subscript(index: Int) -> Int {
        precondition(index >= 0 && index < count, "no count \(index) of \(count)")
        return unsafe first[index].load(ordering: .relaxed)
    }

    func add(_ amount: Int, at index: Int) {
        precondition(index >= 0 && index < count, "no count \(index) of \(count)")
        _ = unsafe first[index].wrappingAdd(amount, ordering: .relaxed)
    }
}
