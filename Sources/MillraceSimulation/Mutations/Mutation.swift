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

    /// The writes that a batch becomes.
    func writes(of batch: SimulatedBatch) -> [SimulatedBatch] {
        switch self {
        case .offsetInSeparateWrite:
            unsafe Self.split(batch) { family, key in unsafe !(family == .meta && key.first == UInt8(ascii: "w")) }
        case .timerDeletedEarly: unsafe Self.split(batch) { family, _ in family == .timers }
        case .tickInSeparateWrite:
            unsafe Self.split(batch) { family, key in unsafe family == .meta && key.first == UInt8(ascii: "t") }
        case .blockDroppedEarly: [Self.droppingBlocks(batch)]
        case .outputBeforeSync, .writeBackBeforeSync, .noRollBack: [batch]
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
