/// The batches that are not yet acknowledged, in the order in which they came, each with a number.
struct PendingBatches {
    private var items: [PendingBatch?] = []
    /// Items before this index are gone.
    private var head = 0
    /// The number of the item at index 0.
    private var first: UInt64 = 1

    var isEmpty: Bool { head == items.count }

    /// Appends a batch and returns its number.
    mutating func append(_ batch: PendingBatch) -> UInt64 {
        items.append(batch)
        return first + UInt64(items.count - 1)
    }

    @inline(__always)
    subscript(number: UInt64) -> PendingBatch? {
        number >= first && number < first + UInt64(items.count) ? items[Int(number - first)] : nil
    }

    mutating func remove(_ number: UInt64) {
        items[Int(number - first)] = nil
        while head < items.count, items[head] == nil { head += 1 }
        guard head > 64, head * 2 > items.count else { return }
        items.removeFirst(head)
        first += UInt64(head)
        head = 0
    }

    /// Visits the batches in order.
    func forEach(_ visit: (UInt64, PendingBatch) -> Void) {
        for index in head..<items.count {
            if let item = items[index] { visit(first + UInt64(index), item) }
        }
    }
}
