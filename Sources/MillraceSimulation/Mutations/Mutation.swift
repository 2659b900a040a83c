import MillraceEngine
import MillraceStore
import MillraceTesting

/// A mistake put into the engine on purpose, to show that the simulator notices it.
package enum Mutation: String, CaseIterable, Sendable {
    /// The watermarks are written after, and apart from, what they stand for.
    case offsetInSeparateWrite
    /// Records leave when their batch is written, not when it is durable.
    case outputBeforeSync
    /// Overlays are written back before their batches are durable.
    case writeBackBeforeSync
    /// Blocks are dropped with the write-back, also when their messages have not been delivered.
    case blockDroppedEarly
    /// What a failed attempt has changed stays.
    case noRollBack
    /// A timer's row is deleted before what it does is committed.
    case timerDeletedEarly
    /// A schedule's position is written before, and apart from, what its tick starts.
    case tickInSeparateWrite
    /// What an invocation has done is written after, and apart from, the rest.
    case journalInSeparateWrite
    /// A step's result goes when the attempt fails in whose slice it came.
    case stepResultLost
    /// A step runs before what led to it is durable.
    case stepBeforeSync
    /// In which order results came is forgotten in a replay.
    case completionOrderForgotten
    /// A message of another shard that comes twice is applied twice.
    case messageRepeated
    /// A request that comes twice is carried out twice.
    case idempotencyForgotten
    /// A promise can be completed again.
    case promiseOverwritten
    /// A journal that is to be kept goes with the end of its invocation.
    case journalLost
    /// The journal stays when what is kept of its invocation goes.
    case journalLeftOver
    /// A step that does not return holds its key for ever.
    case stepNeverGivenUp
    /// Nobody looks for rings of calls.
    case ringNotFound
    /// Whoever stands in line behind a call that waits, too, is taken for part of a ring.
    case waitTakenForRing
    /// State that does not last is gone too early, when it has been changed since.
    case stateGoneEarly

    /// The kind of runs in which it shows.
    package var kind: ScenarioKind {
        switch self {
        case .offsetInSeparateWrite, .outputBeforeSync, .writeBackBeforeSync, .blockDroppedEarly, .noRollBack,
            .timerDeletedEarly, .tickInSeparateWrite:
            .records
        case .journalInSeparateWrite, .stepResultLost, .stepBeforeSync, .completionOrderForgotten, .messageRepeated,
            .idempotencyForgotten, .promiseOverwritten, .journalLost, .journalLeftOver, .stepNeverGivenUp,
            .ringNotFound, .waitTakenForRing, .stateGoneEarly:
            .scripts
        }
    }

    /// The mistake that the engine itself makes, if it is one of its own.
    var mistake: EngineMistake? {
        switch self {
        case .noRollBack: .failedChangesStay
        case .stepResultLost: .stepResultsAreTakenBack
        case .stepBeforeSync: .stepsRunEarly
        case .completionOrderForgotten: .completionOrderIsForgotten
        case .messageRepeated: .messagesAreRepeated
        case .idempotencyForgotten: .idempotencyIsForgotten
        case .promiseOverwritten: .promisesAreOverwritten
        case .journalLost: .journalsAreNotKept
        case .journalLeftOver: .journalsAreNotPurged
        case .stepNeverGivenUp: .stepsAreNotGivenUp
        case .ringNotFound: .ringsAreNotSearched
        case .waitTakenForRing: .waitsAreTakenForRings
        case .stateGoneEarly: .livesAreNotExtended
        case .offsetInSeparateWrite, .outputBeforeSync, .writeBackBeforeSync, .blockDroppedEarly, .timerDeletedEarly,
            .tickInSeparateWrite, .journalInSeparateWrite:
            nil
        }
    }

    /// The writes that a batch becomes.
    func writes(of batch: SimulatedBatch) -> [SimulatedBatch] {
        switch self {
        case .offsetInSeparateWrite:
            unsafe Self.split(batch) { family, key in unsafe !(family == .meta && key.first == UInt8(ascii: "w")) }
        case .timerDeletedEarly: unsafe Self.split(batch) { family, _ in family == .timers }
        case .tickInSeparateWrite:
            unsafe Self.split(batch) { family, key in unsafe family == .meta && key.first == UInt8(ascii: "t") }
        case .journalInSeparateWrite: unsafe Self.split(batch) { family, _ in family != .journal }
        case .blockDroppedEarly: [Self.droppingBlocks(batch)]
        case .outputBeforeSync, .writeBackBeforeSync, .noRollBack, .stepResultLost, .stepBeforeSync,
            .completionOrderForgotten, .messageRepeated, .idempotencyForgotten, .promiseOverwritten, .journalLost,
            .journalLeftOver, .stepNeverGivenUp, .ringNotFound, .waitTakenForRing, .stateGoneEarly:
            [batch]
        }
    }

    /// Writes first blocks with only some of their rows, then the whole ones in their places.
    private static func split(
        _ batch: SimulatedBatch, first isFirst: (Family, UnsafeRawBufferPointer) -> Bool
    ) -> [SimulatedBatch] {
        var early: [SimulatedDisk.Change] = []
        for case .put(.batches, let key, let block) in batch.changes {
            guard let part = unsafe Block.keepingRows(of: block, where: isFirst) else { return [batch] }
            early.append(.put(.batches, key, part))
        }
        return early.isEmpty ? [batch] : [SimulatedBatch(early), batch]
    }

    /// Lets the write that ends a write-back drop all blocks that it makes true.
    private static func droppingBlocks(_ batch: SimulatedBatch) -> SimulatedBatch {
        var changes = batch.changes
        for case .put(.meta, let key, let value) in batch.changes where key.count == 3 && key[2] == UInt8(ascii: "a") {
            // The row's value is the number of the batch, little-endian; in a block's key it is big-endian.
            let number = Array(value.reversed())
            changes.append(.deleteRange(.batches, Array(key[..<2]), Array(key[..<2]) + number + [0]))
        }
        return SimulatedBatch(changes)
    }
}
