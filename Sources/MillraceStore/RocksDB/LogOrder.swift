import Glibc

/// Sees to it that RocksDB brings back of its log only writes that have all of those before them.
///
/// Of pages that were not synced a disk may have the later ones when the power fails, and zeros, or nothing, for the earlier ones. RocksDB
/// 7.8.3 takes zeros where a record should begin for room that was reserved, and goes on with the next block of the file; and where a file ends between two
/// records, with the next file. What is damage to it, it ends before, or refuses, as it is told to. So such places are made damage.
///
/// A file whose rows RocksDB has in other files may be there still. What is done to it does not matter: it is not read any more.
enum LogOrder {
    /// Looks through the files of a directory's log, and makes each place damage at which something is missing before what comes next. Nobody else
    /// may have the directory open.
    static func enforce(in directory: String) throws(StoreError) {
        let folder = LogFolder.path(in: directory)
        guard let names = try? DataDirectory.entries(folder, of: directory) else { return }
        let files = names.compactMap { name in LogFolder.number(ofFile: name).map { (number: $0, name: name) } }
        /// Where the file before ends, and what the next write's number is; `nil` where that file is damaged, or there is none.
        var before: (file: String, end: Int, next: UInt64)?
        for (_, name) in files.sorted(by: { $0.number < $1.number }) {
            let file = folder + "/" + name
            let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
            // RocksDB says better what is wrong with it.
            guard descriptor >= 0 else { return }
            defer { _ = close(descriptor) }
            let found = try LogReading(descriptor, file: file, directory: directory).result
            if let first = found.first, let before, first > before.next {
                try damage(before.file, at: before.end, of: directory)
            }
            switch found.ending {
            case .hole(let place):
                try damage(file, at: place, of: directory)
                before = nil
            case .damaged:
                before = nil
            case .clean(let end):
                if let next = found.next { before = (file, end, next) }
            }
        }
    }

    /// Puts the header of a record that cannot be into a place where there is none.
    private static func damage(_ file: String, at place: Int, of directory: String) throws(StoreError) {
        let left = LogFormat.blockBytes - place % LogFormat.blockBytes
        let place = left < LogFormat.headerBytes ? place + left : place
        let descriptor = unsafe open(file, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataDirectory.failure(errno, directory, "opening \(file)") }
        defer { _ = close(descriptor) }
        var header = [UInt8](repeating: 0, count: LogFormat.headerBytes)
        header[LogFormat.headerBytes - 1] = LogFormat.noType
        let count = unsafe header.withUnsafeBytes {
            unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(place))
        }
        if count != header.count { throw DataDirectory.failure(errno, directory, "writing \(file)") }
    }
}
