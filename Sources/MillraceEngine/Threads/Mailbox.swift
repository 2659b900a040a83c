import Synchronization

/// What waits for a group's thread. Anyone may post; the thread takes everything at once, or as much as is good for a turn.
final class Mailbox: Sendable {
    /// Inputs in order, of which the first have been taken: removing those each time would move all others.
    private struct Queue {
        private var items: [ShardGroup.Input] = []
        private var head = 0

        var count: Int { items.count - head }

        mutating func append(_ input: ShardGroup.Input) { items.append(input) }

        /// The input at a place, from the first that waits.
        subscript(place: Int) -> ShardGroup.Input { items[head + place] }

        mutating func take(_ count: Int) -> [ShardGroup.Input] {
            if count == items.count {
                defer { items = [] }
                return items
            }
            let taken = Array(items[head..<(head + count)])
            // Nothing is kept alive by what has been taken.
            for place in head..<(head + count) { items[place] = .durable(commit: 0) }
            head += count
            if head * 2 >= items.count {
                items.removeFirst(head)
                head = 0
            }
            return taken
        }
    }

    private let inputs = Mutex(Queue())
    let signal = Signal()

    func post(_ input: ShardGroup.Input) {
        let wasEmpty = inputs.withLock { inputs in
            inputs.append(input)
            return inputs.count == 1
        }
        if wasEmpty { signal.raise() }
    }

    /// How many inputs wait.
    var count: Int { inputs.withLock { $0.count } }

    /// Forgets all inputs.
    func removeAll() { _ = take(inputs: count) }

    /// Takes the first inputs, up to so many.
    func take(inputs count: Int) -> [ShardGroup.Input] {
        inputs.withLock { $0.take(min(count, $0.count)) }
    }

    /// Takes inputs with up to about `records` records, messages and requests, at least one input if there is any: what a turn
    /// does is out, and its thread hears of anything else, only at its end.
    func take(records: Int) -> [ShardGroup.Input] {
        inputs.withLock { inputs in
            var taken = 0
            var count = 0
            while taken < inputs.count, count < records {
                switch inputs[taken] {
                case .records(let batch, _): count += batch.recordCount
                case .messages(let batch): count += batch.messages.count
                case .delivered, .durable, .request, .probe, .sent, .jobs: count += 1
                }
                taken += 1
            }
            // What is left must wake the thread again.
            if taken < inputs.count { signal.raise() }
            return inputs.take(taken)
        }
    }
}
