import CRocksDB

/// An error as RocksDB tells it: a text whose first words are its status code.
struct RocksFailure: Error {
    let text: String

    /// Calls a function that takes the address of an error text, and throws the text if it left one.
    @inline(__always)
    static func check<Value>(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) throws(RocksFailure) -> Value {
        var text: UnsafeMutablePointer<CChar>?
        let value = unsafe body(&text)
        guard let text = unsafe text else { return value }
        defer { unsafe rocksdb_free(text) }
        throw unsafe RocksFailure(text: String(cString: text))
    }

    /// Calls `body`, and throws what it throws as it concerns the data directory.
    static func explained<Value>(
        _ directory: String, _ body: () throws(RocksFailure) -> Value
    ) throws(StoreError) -> Value {
        do throws(RocksFailure) {
            return try body()
        } catch {
            throw error.storeError(directory: directory)
        }
    }

    /// What the text means for someone who runs Millrace on `directory`.
    ///
    /// The order matters: a text has the system's words at its end, and RocksDB reports as "Corruption" some failures
    /// that are the system's.
    func storeError(directory: String) -> StoreError {
        func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if says("No space left on device", "Disk quota exceeded", "Space limit reached") {
            return .diskFull(directory: directory, reason: text)
        }
        if says("lock hold by current process") || says("While lock file") && !says("No locks available") {
            return .locked(directory: directory)
        }
        if says("Permission denied", "Operation not permitted", "Read-only file system") {
            return .notPermitted(directory: directory, reason: text)
        }
        if text.hasPrefix("Corruption") || says("No such file or directory") {
            return .damaged(directory: directory, reason: text)
        }
        return .failed(directory: directory, reason: text)
    }
}
