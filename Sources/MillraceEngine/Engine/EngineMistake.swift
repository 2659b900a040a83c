/// A mistake that the engine makes on purpose, for tests of the simulator, which must notice each.
package enum EngineMistake: Sendable {
    /// The changes of a failed attempt stay.
    case failedChangesStay
    /// A step's result is taken back with the slice in which it came.
    case stepResultsAreTakenBack
    /// A step runs before all that led to it is durable.
    case stepsRunEarly
    /// A handler that is replayed takes note of what has come in another order than the first time.
    case completionOrderIsForgotten
    /// Messages of other shards are applied as often as they come.
    case messagesAreRepeated
    /// A request with an idempotency key is carried out each time.
    case idempotencyIsForgotten
    /// A promise is completed by whoever comes last.
    case promisesAreOverwritten
    /// A journal goes with the end of its invocation, however long it is to be kept.
    case journalsAreNotKept
    /// What is kept of an invocation goes without its journal.
    case journalsAreNotPurged
    /// A step may take for ever.
    case stepsAreNotGivenUp
    /// Nobody looks for rings of calls.
    case ringsAreNotSearched
    /// A call that is found to stand in line is taken for part of a ring.
    case waitsAreTakenForRings
    /// State lasts from its first change, not from its last.
    case livesAreNotExtended
}
