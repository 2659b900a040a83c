import Millrace
import MillraceProtocol
import MillraceStore

/// The promises of workflows.
///
/// ```text
/// key   := shard(2) object name            in the family promises
/// value := 1(1) isCompleted(1) (result | count(varint) (id(24) completion(varint))*)
/// ```
extension Shard {
    struct PromiseRow {
        var result: DurableResult?
        var listeners: [(id: InvocationID, completion: UInt32)] = []
    }

    private func selectPromise(_ name: String, _ run: InvocationRun) {
        rowKey.truncate(to: 2)
        unsafe run.withKey { unsafe rowKey.appendObject(service: run.handler?.service ?? "", key: $0) }
        rowKey.append(name)
    }

    func promise(_ name: String, of run: InvocationRun) throws -> PromiseRow {
        selectPromise(name, run)
        guard let bytes = try unsafe store.get(.promises, rowKey.bytes) else { return PromiseRow() }
        var reader = unsafe RecordReader(bytes)
        var row = PromiseRow()
        guard try reader.byte() == 1 else { throw RecordError() }
        if try reader.byte() == 1 {
            row.result = try reader.result()
        } else {
            for _ in 0..<(try reader.count()) {
                row.listeners.append((try reader.id(), UInt32(truncatingIfNeeded: try reader.integer())))
            }
        }
        return row
    }

    private func put(_ row: PromiseRow, _ name: String, _ run: InvocationRun) {
        rowValue.removeAll()
        rowValue.byte(1)
        if let result = row.result {
            rowValue.byte(1)
            rowValue.result(result)
        } else {
            rowValue.byte(0)
            rowValue.count(row.listeners.count)
            for (id, completion) in row.listeners {
                rowValue.id(id)
                rowValue.integer(UInt64(completion))
            }
        }
        selectPromise(name, run)
        unsafe store.put(.promises, rowKey.bytes, rowValue.bytes)
    }

    /// Completes a run's wait with the promise's result, now or when it is there.
    func listen(toPromise name: String, of run: InvocationRun, completion: UInt32) throws {
        var row = try promise(name, of: run)
        if let result = row.result {
            return run.arrive(
                Notification(
                    type: .getPromiseCompletion, id: .completion(completion),
                    result: Notification.Result(result.outcome)))
        }
        row.listeners.append((run.id, completion))
        put(row, name, run)
    }

    /// Completes a promise, and the waits for it. Returns false where it was completed before.
    func complete(promise name: String, of run: InvocationRun, with result: DurableResult) throws -> Bool {
        let row = try promise(name, of: run)
        guard row.result == nil || settings.mistake == .promisesAreOverwritten else { return false }
        put(PromiseRow(result: result), name, run)
        for (id, completion) in row.listeners {
            let notification = Notification(
                type: .getPromiseCompletion, id: .completion(completion), result: Notification.Result(result.outcome))
            if id == run.id { run.arrive(notification) } else { pendingNotifications.append((id, notification)) }
        }
        return true
    }
}
