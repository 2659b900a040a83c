import Glibc
import Synchronization

/// A small file that says up to which write the log was synced.
///
/// RocksDB's recovery can do one of two things with a log that has a damaged place: refuse to open it, though what a power
/// failure leaves of writes that were never synced looks the same, or forget what comes after it, though that may be durable
/// writes. With the mark, damage before it is told from a torn end. It is written after a sync and never synced itself:
/// it can be older than the truth, never newer.
///
/// The file has 16 bytes: the write's sequence number, little-endian, and the same with all bits inverted.
///
/// Who has the file open has the directory: it is locked by flock(2) before a log is looked at or changed. RocksDB locks a file of its
/// own when it opens, by fcntl(2), and by that lock's nature nobody else in the process may so much as open and close that file.
@safe final class SyncedMark: Sendable {
    /// -1 where the mark cannot be kept, or is closed.
    private let descriptor: Atomic<Int32>

    static func path(in directory: String) -> String { directory + "/SYNCED" }

    /// Opens or creates the mark's file, and locks it. A mark that cannot be opened is not kept.
    ///
    /// - Throws: ``StoreError/locked(directory:)``
    init(directory: String) throws(StoreError) {
        let descriptor = unsafe Glibc.open(Self.path(in: directory), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        self.descriptor = Atomic(descriptor)
        // A file system that has no such locks fails otherwise: there RocksDB's has to do.
        if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            throw .locked(directory: directory)
        }
    }

    deinit { close() }

    func set(_ sequence: UInt64) {
        let descriptor = descriptor.load(ordering: .relaxed)
        guard descriptor >= 0 else { return }
        let words = [sequence.littleEndian, ~sequence.littleEndian]
        unsafe _ = words.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Gives the directory up. Not to be called while ``set(_:)`` is under way.
    func close() {
        let descriptor = descriptor.exchange(-1, ordering: .relaxed)
        guard descriptor >= 0 else { return }
        // A process that is just being started may have the file open for a moment more.
        _ = flock(descriptor, LOCK_UN)
        _ = Glibc.close(descriptor)
    }

    /// What the mark in `directory` says, or nil where it says nothing.
    static func read(directory: String) -> UInt64? {
        let descriptor = unsafe Glibc.open(path(in: directory), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = Glibc.close(descriptor) }
        var words: [UInt64] = [0, 0]
        let count = unsafe words.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == 16, words[0] == ~words[1] else { return nil }
        return UInt64(littleEndian: words[0])
    }
}
