/// The nodes of a document, in memory that is used again.
@safe struct NodeBuffer {
    private var base: UnsafeMutablePointer<JSONNode>
    private(set) var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity)
    }

    func deallocate() { unsafe base.deallocate() }

    @inline(__always)
    subscript(_ index: Int) -> JSONNode {
        get { unsafe base[index] }
        nonmutating _modify { yield unsafe &base[index] }
    }

    /// Appends a node, and returns its index.
    @inline(__always)
    mutating func append(_ node: JSONNode) -> Int {
        if count == capacity { grow() }
        unsafe (base + count).initialize(to: node)
        count &+= 1
        return count &- 1
    }

    mutating func removeAll() { count = 0 }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<JSONNode>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = unsafe larger
        capacity *= 2
    }
}
