/// What can go wrong with a data directory. Each says what, where and what to do.
public enum StoreError: Error, CustomStringConvertible, Sendable, Equatable {
    /// Another process has the directory open.
    case locked(directory: String)
    /// The directory was written by a newer version of Millrace.
    case newerFormat(directory: String, found: Int, supported: Int)
    /// The directory holds something that is not Millrace's.
    case notADataDirectory(directory: String, reason: String)
    /// A setting that is fixed when the directory is created differs from what it was created with.
    case settingFixed(directory: String, setting: String, stored: String, configured: String)
    /// A block's checksum is wrong, a file is missing or the like.
    case damaged(directory: String, reason: String)
    /// The directory, or a file in it, may not be written or read.
    case notPermitted(directory: String, reason: String)
    /// There is no room on the disk.
    case diskFull(directory: String, reason: String)
    /// An option for RocksDB has an unknown name, a wrong value, or may not be set.
    case invalidOption(name: String, reason: String)
    /// Any other failure of the disk or of RocksDB.
    case failed(directory: String, reason: String)

    /// What failed, and what to do.
    public var description: String {
        switch self {
        case .locked(let directory):
            "the data directory \(directory) is in use by another process; stop that one, or set storage.directory to another directory"
        case .newerFormat(let directory, let found, let supported):
            "the data directory \(directory) has format \(found), and this version of Millrace knows formats up to \(supported); run a newer version"
        case .notADataDirectory(let directory, let reason):
            "\(directory) is not a data directory of Millrace: \(reason); set storage.directory to an empty or new directory"
        case .settingFixed(let directory, let setting, let stored, let configured):
            "the data directory \(directory) was created with \(setting) \(stored), and the configuration says \(configured); it cannot change: configure \(stored), or start with a new directory"
        case .damaged(let directory, let reason):
            "the data directory \(directory) is damaged: \(reason); restore it from a backup, or move it away and start again from Kafka"
        case .notPermitted(let directory, let reason):
            "the data directory \(directory) cannot be used: \(reason); check its owner and permissions, and that its file system is writable"
        case .diskFull(let directory, let reason):
            "no room on the disk of \(directory): \(reason); free some space, work goes on by itself"
        case .invalidOption(let name, let reason):
            "the RocksDB option \(name) cannot be set: \(reason); correct it, or remove it from the storage options"
        case .failed(let directory, let reason):
            "the data directory \(directory) failed: \(reason)"
        }
    }

    /// Whether the same operation may succeed later without a restart.
    public var isRetriable: Bool {
        if case .diskFull = self { return true }
        return false
    }
}
