/// What is to be done at a time: the earliest first.
struct DueQueue<Element> {
    private var heap: [(due: Int64, element: Element)] = []

    var nextDue: Int64? { heap.first?.due }
    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }

    mutating func add(_ element: Element, due: Int64) {
        heap.append((due, element))
        var child = heap.count - 1
        while child > 0, heap[child].due < heap[(child - 1) / 2].due {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popDue(now: Int64) -> Element? {
        guard let first = heap.first, first.due <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.element }
        heap[0] = last
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
            guard heap[child].due < heap[parent].due else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first.element
    }

    mutating func removeAll() { heap.removeAll() }

    mutating func removeAll(where isGone: (Element) -> Bool) {
        heap.removeAll { isGone($0.element) }
        // A list in order is a heap.
        heap.sort { $0.due < $1.due }
    }
}
