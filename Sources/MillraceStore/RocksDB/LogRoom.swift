import CRocksDB
import Glibc
import Synchronization

/// Room ahead of the log's end that was written before, with zeros.
///
/// To sync what has made a file longer, a file system writes twice, and waits twice for the disk: for the bytes, and for its own journal,
/// which says that the file is longer. Where there are bytes already the first is enough: a sync of little takes a quarter less on ext4.
///
/// The zeros are appended, and the system knows the place where a file ends: RocksDB, which writes at a place of its own, has
/// nothing there yet, and will write over them. To its reader they are the log's end; ``LogOrder`` sees to it that they are only
/// that. When RocksDB closes a file, it cuts them off.
final class LogRoom: Sendable {
    /// More zeros are wanted when there are fewer ahead.
    private static let aheadBytes = 512 << 10
    /// How many are written at a time, so that a sync that comes meanwhile has not to wait for long.
    private static let pieceBytes = 64 << 10
    /// Where syncs bring more than this to the disk, on average, the second write is a small part of them, and that every byte
    /// is written twice would be a large one.
    private static let smallBytes = 16 << 10

    private let directory: String
    private let reserve: Reserve
    private let isUseful: Bool?
    /// Bytes that RocksDB has written to the log since the directory was opened.
    private let written = Atomic<Int>(0)
    /// The newest file's number; -1 where there is none.
    private let newest = Atomic<Int>(-1)
    /// What ``written`` was, or would have been, at the newest file's beginning: not exact, and it need not be.
    private let beginning = Atomic<Int>(0)
    /// The end of the newest file, as far as it was extended.
    private let end = Atomic<Int>(0)
    private let wanted = Atomic<Bool>(false)
    /// Whether the file system, or the disk, has nothing of this.
    private let isOff = Atomic<Bool>(false)
    private let pace = Mutex(Pace())
    /// The file that is being extended.
    private let file = Mutex(File())

    private struct Pace {
        var written = 0
        /// Bytes a sync, on average. At first too many: a directory that is only opened gets no zeros.
        var usualBytes = 16 * LogRoom.smallBytes
    }

    private struct File {
        var number = -1
        var descriptor: Int32 = -1
    }

    /// - Parameter isUseful: whether there is to be such room; nil leaves it to the file system.
    init(directory: String, reserve: Reserve, isUseful: Bool? = nil) {
        self.directory = directory
        self.reserve = reserve
        self.isUseful = isUseful
    }

    deinit { file.withLock { Self.close(&$0) } }

    /// Notes that RocksDB has written so many bytes to its log.
    func wrote(_ count: Int) {
        // With what it puts before each part of a record.
        let headers = LogFormat.headerBytes * (1 + count / LogFormat.blockBytes)
        written.wrappingAdd(count + headers, ordering: .relaxed)
    }

    /// Notes that RocksDB writes to another file now. To be called by one thread at a time, as ``synced()``.
    func began(file number: Int) {
        guard number != newest.load(ordering: .relaxed) else { return }
        beginning.store(written.load(ordering: .relaxed), ordering: .relaxed)
        end.store(0, ordering: .relaxed)
        newest.store(number, ordering: .releasing)
    }

    /// Notes that what was written has been synced.
    func synced() {
        guard !isOff.load(ordering: .relaxed) else { return }
        let written = written.load(ordering: .relaxed)
        let usualBytes = pace.withLock { pace in
            let bytes = min(written - pace.written, 64 * Self.smallBytes)
            pace.written = written
            pace.usualBytes = (pace.usualBytes * 7 + bytes) / 8
            return pace.usualBytes
        }
        let ahead = end.load(ordering: .relaxed) - (written - beginning.load(ordering: .relaxed))
        let isWanted = usualBytes <= Self.smallBytes && ahead < Self.aheadBytes
        if isWanted != wanted.load(ordering: .relaxed) { wanted.store(isWanted, ordering: .relaxed) }
    }

    /// Whether ``extend()`` would be of use.
    var isWanted: Bool { wanted.load(ordering: .relaxed) }

    /// Writes some zeros at the end of the newest file. Takes the time of a sync or two; those of others go on meanwhile, a little slower.
    func extend() {
        guard wanted.exchange(false, ordering: .relaxed) else { return }
        file.withLock { file in
            // Its number tells what `began(file:)` has stored before.
            let number = newest.load(ordering: .acquiring)
            guard number >= 0, open(number, &file) else { return }
            let before = Int(lseek(file.descriptor, 0, SEEK_END))
            // Where RocksDB has come further than the zeros of before, it is at the end.
            if before > end.load(ordering: .relaxed) {
                beginning.store(written.load(ordering: .relaxed) - before, ordering: .relaxed)
            }
            guard append(to: file.descriptor) else { return isOff.store(true, ordering: .relaxed) }
            let after = Int(lseek(file.descriptor, 0, SEEK_END))
            // Another file has begun meanwhile: that one's end is elsewhere.
            if newest.load(ordering: .acquiring) == number { end.store(after, ordering: .relaxed) }
        }
    }

    /// Returns false where it is not worth trying again.
    private func append(to descriptor: Int32) -> Bool {
        // A disk that is nearly full has no room to be written ahead.
        guard (try? reserve.take(Self.pieceBytes)) != nil else { return true }
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes, alignment: 16)
        defer { unsafe zeros.deallocate() }
        unsafe zeros.initializeMemory(as: UInt8.self, repeating: 0)
        // What is wrong with the disk, the writes of rows will meet and tell.
        return unsafe write(descriptor, zeros.baseAddress, zeros.count) > 0 && fdatasync(descriptor) == 0
    }

    /// Returns whether the file of that number is open, on a file system on which it is worth it.
    private func open(_ number: Int, _ file: inout File) -> Bool {
        if file.number == number { return file.descriptor >= 0 }
        Self.close(&file)
        let name = String(number)
        let path =
            LogFolder.path(in: directory) + "/" + String(repeating: "0", count: max(0, 6 - name.count)) + name + ".log"
        // Gone already, there will be another one.
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        file = File(number: number, descriptor: descriptor)
        guard isUseful ?? Self.helps(descriptor) else {
            isOff.store(true, ordering: .relaxed)
            return false
        }
        return true
    }

    private static func close(_ file: inout File) {
        if file.descriptor >= 0 { _ = Glibc.close(file.descriptor) }
        file = File()
    }

    /// Whether a file is on a file system that writes over bytes where they are, and has a journal: ext4 or XFS. Others write everything in another
    /// place, or nothing to a disk.
    private static func helps(_ descriptor: Int32) -> Bool {
        var status = statfs()
        guard unsafe fstatfs(descriptor, &status) == 0 else { return false }
        return status.f_type == EXT4_SUPER_MAGIC || status.f_type == XFS_SUPER_MAGIC
    }
}
