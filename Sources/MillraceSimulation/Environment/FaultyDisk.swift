import MillraceStore
import MillraceTesting

/// The simulated disk, and what may happen around each of its writes: a crash before or after it, another thread's step,
/// or a mutation of what is written.
///
/// Used by the one thread of a simulation; that makes `@unchecked Sendable` true.
final class FaultyDisk: Disk, @unchecked Sendable {
    /// At which moment the process dies.
    enum CrashPoint: CaseIterable {
        case beforeWrite
        case afterWrite
        case beforeSync
        case afterSync

        var event: Coverage.Event {
            switch self {
            case .beforeWrite: .crashBeforeWrite
            case .afterWrite: .crashAfterWrite
            case .beforeSync: .crashBeforeSync
            case .afterSync: .crashAfterSync
            }
        }
    }

    /// What a write or sync throws when the process dies there.
    static let crash = StoreError.failed(directory: "simulated", reason: "crash")
    static let full = StoreError.diskFull(directory: "simulated", reason: "full")

    private let disk: SimulatedDisk
    private let mutation: Mutation?
    /// Armed by the simulation; the next operation of that kind is the process's last.
    var crashPoint: CrashPoint?
    /// Called after a write that has succeeded.
    var afterWrite: () -> Void = {}

    init(_ disk: SimulatedDisk, mutation: Mutation?) {
        self.disk = disk
        self.mutation = mutation
    }

    func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool {
        try unsafe disk.get(family, key, body)
    }

    func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        try unsafe disk.scan(family, from: lower, to: upper, visit)
    }

    func makeBatch() -> any DiskBatch { SimulatedBatch() }

    func write(_ batch: any DiskBatch) throws(StoreError) {
        guard let written = batch as? SimulatedBatch else { throw Self.crash }
        for part in mutation?.writes(of: written) ?? [written] {
            if crashPoint == .beforeWrite { throw Self.crash }
            try disk.write(part)
            if crashPoint == .afterWrite { throw Self.crash }
        }
        afterWrite()
    }

    func snapshot() throws(StoreError) -> any DiskSnapshot { try disk.snapshot() }

    func sync() throws(StoreError) {
        if crashPoint == .beforeSync { throw Self.crash }
        try disk.sync()
        if crashPoint == .afterSync { throw Self.crash }
    }
}
