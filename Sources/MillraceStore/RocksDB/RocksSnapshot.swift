import Glibc
import Synchronization

/// The rows of a ``RocksDisk`` at one moment.
///
/// It is released by whoever is first: its user, the disk when it is closed, or the end of the last reference.
package final class RocksSnapshot: DiskSnapshot {
    private let disk: RocksDisk
    private let native: NativeSnapshot
    private let gate = UseGate()

    init(of disk: RocksDisk, _ native: NativeSnapshot) {
        self.disk = disk
        self.native = native
    }

    deinit { close() }

    package func close() {
        guard gate.close(waiting: { usleep(200) }) else { return }
        disk.release(native)
    }

    package func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool {
        try whileOpen { () throws(StoreError) in
            try disk.use { database throws(RocksFailure) in
                try unsafe database.get(database.handle(family), key, at: native, body)
            }
        }
    }

    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        try whileOpen { () throws(StoreError) in
            try disk.use { database throws(RocksFailure) in
                try unsafe database.scan(database.handle(family), from: lower, to: upper, at: native, visit)
            }
        }
    }

    private func whileOpen<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        guard gate.enter() else {
            throw .failed(directory: disk.directory, reason: "a snapshot of it was read after it was closed")
        }
        defer { gate.leave() }
        return try body()
    }
}
