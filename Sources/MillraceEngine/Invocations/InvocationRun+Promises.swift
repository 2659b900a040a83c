import Millrace
import MillraceProtocol

/// The promises of a workflow: they live on the shard of its key, which is the run's own.
extension InvocationRun {
    func getPromise(_ name: String, _ ticket: UInt64) throws -> DurableID {
        try checkWaiting(ticket)
        let number = nextCompletion()
        let now = GetPromiseCommand(key: name, resultCompletionID: number)
        if try command(now) == nil {
            try shard.listen(toPromise: name, of: self, completion: number)
        }
        return .completion(number)
    }

    func peekPromise(_ name: String, _ ticket: UInt64) throws -> DurableID {
        try checkWaiting(ticket)
        let number = nextCompletion()
        let now = PeekPromiseCommand(key: name, resultCompletionID: number)
        if try command(now) == nil {
            let result = try shard.promise(name, of: self).result ?? .void
            arrive(
                Notification(type: .peekPromiseCompletion, id: .completion(number), result: result.notificationResult))
        }
        return .completion(number)
    }

    func completePromise(_ name: String, _ result: DurableResult, _ ticket: UInt64) throws -> DurableID {
        try checkWaiting(ticket)
        let number = nextCompletion()
        let now = CompletePromiseCommand(key: name, completion: result.outcome, resultCompletionID: number)
        if try command(now) == nil {
            let isFirst = try shard.complete(promise: name, of: self, with: result)
            let answer: DurableResult =
                isFirst ? .void : .failure(TerminalError("promise was already completed", code: TerminalError.conflict))
            arrive(
                Notification(
                    type: .completePromiseCompletion, id: .completion(number), result: answer.notificationResult))
        }
        return .completion(number)
    }
}
