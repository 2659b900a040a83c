import Glibc

/// A small file that says up to which write the log was synced.
///
/// RocksDB's recovery can do one of two things with a log that has a damaged place: refuse to open it, though what a power
/// failure leaves of writes that were never synced looks the same, or forget what comes after it, though that may be durable
/// writes. With the mark, damage before it is told from a torn end. It is written after a sync and never synced itself:
/// it can be older than the truth, never newer.
///
/// The file has 16 bytes: the write's sequence number, little-endian, and the same with all bits inverted.
@safe final class SyncedMark: Sendable {
    private let descriptor: Int32

    static func path(in directory: String) -> String { directory + "/SYNCED" }

    /// Opens or creates the mark's file. A mark that cannot be opened is not kept.
    init(directory: String) {
        unsafe descriptor = Glibc.open(Self.path(in: directory), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    }

    func set(_ sequence: UInt64) {
        guard descriptor >= 0 else { return }
        let words = [sequence.littleEndian, ~sequence.littleEndian]
        unsafe _ = words.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
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
