import Synchronization

/// What waits for a group's thread. Anyone may post; the thread takes everything at once.
final class Mailbox: Sendable {
    private let inputs = Mutex<[ShardGroup.Input]>([])
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

    /// Takes the first inputs, up to so many.
    func take(inputs count: Int) -> [ShardGroup.Input] {
        inputs.withLock { inputs in
            let taken = Array(inputs.prefix(count))
            inputs.removeFirst(taken.count)
            return taken
        }
    }

    /// Takes inputs with up to about `records` records, at least one input if there is any.
    func take(records: Int) -> [ShardGroup.Input] {
        inputs.withLock { inputs in
            var taken = 0
            var count = 0
            while taken < inputs.count, count < records {
                if case .records(let batch, _) = inputs[taken] { count += batch.recordCount }
                taken += 1
            }
            if taken == inputs.count {
                defer { inputs = [] }
                return inputs
            }
            let result = Array(inputs[..<taken])
            inputs.removeFirst(taken)
            // What is left must wake the thread again.
            signal.raise()
            return result
        }
    }
}
