import Glibc
import Synchronization

/// The folder in which RocksDB keeps its write-ahead log, as numbered files, and the syncing of them to the physical disk.
///
/// RocksDB would sync its log itself, but where a write to the log failed for want of room, Debian's build, with its
/// assertions, aborts the process in the next sync of it. RocksDB hands each write to the system before the write
/// returns, so syncing the files from outside does the same.
final class LogFolder: Sendable {
    /// A file of the log.
    private struct File {
        let number: Int
        let descriptor: Int32
        /// Whether RocksDB has written to it.
        var hasBytes = false
        /// Whether it was synced after the last write to it.
        var isDone = false
    }

    private struct State {
        let watch: FolderWatch
        var files: [File] = []
        /// Why a sync failed. The system tells that only once, so no later sync may claim success.
        var failure: StoreError?
    }

    private let directory: String
    private let room: LogRoom
    private let state: Mutex<State>

    static func path(in directory: String) -> String { directory + "/log" }

    /// The number of a file of the log, by its name; `nil` for other files.
    static func number(ofFile name: String) -> Int? { name.hasSuffix(".log") ? Int(name.dropLast(4)) : nil }

    init(directory: String, room: LogRoom) {
        self.directory = directory
        self.room = room
        state = Mutex(State(watch: FolderWatch(Self.path(in: directory))))
    }

    deinit {
        state.withLock { state in state.files.forEach { _ = close($0.descriptor) } }
    }

    /// Makes durable all writes that returned before the call.
    ///
    /// - Throws: ``StoreError/failed(directory:reason:)`` for good once the system could not sync: it may have dropped
    ///   what it could not write, and only a new start from the files shows what is there.
    func sync() throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            if let failure = state.failure { throw failure }
            do throws(StoreError) {
                if state.watch.hasChanged() { try refresh(&state.files) }
                try syncFiles(&state.files)
                room.synced()
            } catch {
                state.failure = error
                throw error
            }
        }
    }

    private func syncFiles(_ files: inout [File]) throws(StoreError) {
        // RocksDB creates a file before it ends the one before: that one is certain to be complete when the next has bytes.
        var nextHasBytes = false
        for index in files.indices.reversed() {
            let isComplete = nextHasBytes
            if !nextHasBytes {
                // Not asked again, as it never changes back.
                if !files[index].hasBytes { files[index].hasBytes = try hasRecord(files[index]) }
                nextHasBytes = files[index].hasBytes
            }
            if files[index].isDone { continue }
            if fdatasync(files[index].descriptor) != 0 { throw failure(errno, "syncing \(files[index].number).log") }
            files[index].isDone = isComplete
        }
    }

    /// Opens new files, in the order of their numbers, and forgets those whose rows RocksDB has in other files.
    private func refresh(_ files: inout [File]) throws(StoreError) {
        let folder = Self.path(in: directory)
        let names = try DataDirectory.entries(folder, of: directory)
        var numbers = Set(names.compactMap(Self.number(ofFile:)))
        files.removeAll { file in
            if numbers.remove(file.number) != nil { return false }
            _ = close(file.descriptor)
            return true
        }
        if numbers.isEmpty { return }
        for name in names {
            guard let number = Self.number(ofFile: name), numbers.contains(number) else { continue }
            let descriptor = unsafe open(folder + "/" + name, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 {
                files.append(File(number: number, descriptor: descriptor))
            } else if errno != ENOENT {  // It went between listing and opening: its rows are in other files.
                throw failure(errno, "opening \(name)")
            }
        }
        files.sort { $0.number < $1.number }
        if let newest = files.last { room.began(file: newest.number) }
        try DataDirectory.synchronize(folder, of: directory)
    }

    /// Whether a file begins with a record. Its size says nothing: `LogRoom` makes files longer.
    private func hasRecord(_ file: File) throws(StoreError) -> Bool {
        var header: UInt64 = 0
        let count = unsafe pread(file.descriptor, &header, LogFormat.headerBytes, 0)
        if count < 0 { throw failure(errno, "reading \(file.number).log") }
        return header != 0
    }

    private func failure(_ code: Int32, _ action: String) -> StoreError {
        .failed(directory: directory, reason: "\(action): \(DataDirectory.text(code)); start again to go on")
    }
}
