import Glibc
import Synchronization

/// Keeps some room on the disk free of writes, so that RocksDB never meets a full disk in the middle of one.
///
/// Where a write to its log finds no room RocksDB recovers by itself, but in Debian's build not from everywhere. Flushes
/// and compactions use the reserve; they may free more than they take.
final class Reserve: Sendable {
    private let directory: String
    private let reservedBytes: Int
    /// How many bytes may be written before the file system is asked again.
    private let allowance = Atomic<Int>(0)
    private static let largestAllowance = 1 << 20

    init(directory: String, reservedBytes: Int) {
        self.directory = directory
        self.reservedBytes = reservedBytes
    }

    /// Takes the room for a write. Asks the file system once a megabyte.
    ///
    /// - Throws: ``StoreError/diskFull(directory:reason:)`` when the reserve would be touched.
    func take(_ byteCount: Int) throws(StoreError) {
        if allowance.wrappingSubtract(byteCount, ordering: .relaxed).newValue >= 0 || reservedBytes == 0 { return }
        var status = statvfs()
        // A file system that does not answer fails the write itself.
        guard unsafe statvfs(directory, &status) == 0 else { return }
        let free = Int(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
        let spare = free - reservedBytes - byteCount
        if spare < 0 {
            let reason = "\(free >> 20) MiB are free, and RocksDB needs \(reservedBytes >> 20) MiB to work in"
            throw .diskFull(directory: directory, reason: reason)
        }
        allowance.store(min(spare / 4, Self.largestAllowance), ordering: .relaxed)
    }
}
