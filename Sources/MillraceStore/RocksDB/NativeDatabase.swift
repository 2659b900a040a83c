import CRocksDB
import Glibc

/// An open RocksDB database with its column families. Owns them, and closes them in the order that RocksDB demands.
///
/// It checks nothing: ``RocksDisk`` calls it only while it is open, and closes it when no call is under way.
@safe final class NativeDatabase: @unchecked Sendable {  // RocksDB's functions may be called from any thread.
    let pointer: OpaquePointer
    /// The handle of each of the names that it was opened with, in their order.
    let handles: UnsafeMutableBufferPointer<OpaquePointer?>
    let reading: OpaquePointer
    let writing: OpaquePointer
    private let options: NativeOptions

    /// The names of the column families of a data directory, with the one that RocksDB insists on.
    static let familyNames = ["default"] + Family.allCases.map(\.name)

    /// Opens the database in `directory` with the column families `names`; all that it has, unless it is only read.
    init(
        directory: String, names: [String], options: NativeOptions, readOnly: Bool = false
    ) throws(RocksFailure) {
        let handles = UnsafeMutableBufferPointer<OpaquePointer?>.allocate(capacity: names.count)
        unsafe handles.initialize(repeating: nil)
        let cNames = unsafe names.map { unsafe UnsafePointer(strdup($0)) }
        defer { unsafe cNames.forEach { unsafe free(UnsafeMutableRawPointer(mutating: $0)) } }
        let each = unsafe names.map { name -> OpaquePointer? in
            guard let family = Family.allCases.first(where: { $0.name == name }) else {
                return unsafe options.database
            }
            return unsafe options.families[Int(family.rawValue)]
        }
        do throws(RocksFailure) {
            let opened = try unsafe RocksFailure.check { failure in
                if readOnly {
                    unsafe rocksdb_open_for_read_only_column_families(
                        options.database, directory, Int32(names.count), cNames, each, handles.baseAddress, 0, failure)
                } else {
                    unsafe rocksdb_open_column_families(
                        options.database, directory, Int32(names.count), cNames, each, handles.baseAddress, failure)
                }
            }
            guard let opened = unsafe opened else { throw RocksFailure(text: "RocksDB gave no reason") }
            unsafe pointer = opened
        } catch {
            unsafe handles.deallocate()
            throw error
        }
        unsafe self.handles = unsafe handles
        self.options = options
        unsafe reading = rocksdb_readoptions_create()
        unsafe writing = rocksdb_writeoptions_create()
    }

    /// Closes the database. To be called once, and nothing after it.
    func close() {
        unsafe handles.forEach { unsafe rocksdb_column_family_handle_destroy($0) }
        unsafe rocksdb_cancel_all_background_work(pointer, 1)
        unsafe rocksdb_close(pointer)
        unsafe rocksdb_readoptions_destroy(reading)
        unsafe rocksdb_writeoptions_destroy(writing)
        unsafe handles.deallocate()
    }

    /// The handle of a family, in a database that was opened with ``familyNames``.
    @inline(__always)
    func handle(_ family: Family) -> OpaquePointer? {
        unsafe handles[Int(family.rawValue) + 1]
    }

    /// The number of the newest write.
    var latestSequence: UInt64 { unsafe rocksdb_get_latest_sequence_number(pointer) }

    @inline(__always)
    func get(
        _ handle: OpaquePointer?, _ key: UnsafeRawBufferPointer, at snapshot: NativeSnapshot? = nil,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(RocksFailure) -> Bool {
        let slice = try unsafe RocksFailure.check {
            unsafe rocksdb_get_pinned_cf(
                pointer, snapshot?.reading ?? reading, handle, key.characters, key.count, $0)
        }
        guard let slice = unsafe slice else { return false }
        defer { unsafe rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let value = unsafe rocksdb_pinnableslice_value(slice, &count)
        unsafe body(UnsafeRawBufferPointer(start: value, count: count))
        return true
    }

    /// A row's value as text.
    func text(_ handle: OpaquePointer?, _ key: [UInt8]) throws(RocksFailure) -> String? {
        var text: String?
        _ = try unsafe key.span.withUnsafeBytes { key throws(RocksFailure) in
            try unsafe get(handle, key) { text = unsafe String(decoding: $0, as: UTF8.self) }
        }
        return text
    }

    /// Visits rows in order, from `lower` up to but without `upper`, or to the end where that is nil.
    func scan(
        _ handle: OpaquePointer?, from lower: [UInt8], to upper: [UInt8]?, at snapshot: NativeSnapshot? = nil,
        _ visit: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) throws(RocksFailure) {
        let bound = UnsafeMutableRawBufferPointer.allocate(byteCount: upper?.count ?? 0, alignment: 1)
        defer { unsafe bound.deallocate() }
        let options: OpaquePointer = unsafe rocksdb_readoptions_create()
        defer { unsafe rocksdb_readoptions_destroy(options) }
        if let upper {
            unsafe bound.copyBytes(from: upper)
            unsafe rocksdb_readoptions_set_iterate_upper_bound(
                options, UnsafeRawBufferPointer(bound).characters, bound.count)
        }
        if let snapshot { unsafe rocksdb_readoptions_set_snapshot(options, snapshot.pointer) }
        let iterator: OpaquePointer = unsafe rocksdb_create_iterator_cf(pointer, options, handle)
        defer { unsafe rocksdb_iter_destroy(iterator) }
        unsafe lower.withUnsafeBytes { unsafe rocksdb_iter_seek(iterator, $0.characters, $0.count) }
        while unsafe rocksdb_iter_valid(iterator) != 0 {
            var keyCount = 0
            var valueCount = 0
            let key = unsafe rocksdb_iter_key(iterator, &keyCount)
            let value = unsafe rocksdb_iter_value(iterator, &valueCount)
            let goesOn = unsafe visit(
                UnsafeRawBufferPointer(start: key, count: keyCount),
                UnsafeRawBufferPointer(start: value, count: valueCount))
            if !goesOn { break }
            unsafe rocksdb_iter_next(iterator)
        }
        try unsafe RocksFailure.check { unsafe rocksdb_iter_get_error(iterator, $0) }
    }

    func write(_ batch: OpaquePointer) throws(RocksFailure) {
        try unsafe RocksFailure.check { unsafe rocksdb_write(pointer, writing, batch, $0) }
    }

    /// Changes an option of a family while the database is open.
    func set(_ handle: OpaquePointer?, _ name: String, to value: String) throws(RocksFailure) {
        try unsafe RocksFailure.check { failure in
            unsafe name.withCString { name in
                unsafe value.withCString { value in
                    var name = unsafe Optional(name)
                    var value = unsafe Optional(value)
                    unsafe rocksdb_set_options_cf(pointer, handle, 1, &name, &value, failure)
                }
            }
        }
    }

    /// Whether no column family has a row.
    func isEmpty() throws(RocksFailure) -> Bool {
        for index in unsafe handles.indices {
            var found = false
            try unsafe scan(handles[index], from: [], to: nil) { (_, _) in
                found = true
                return false
            }
            if found { return false }
        }
        return true
    }

    /// The column families of the database in `directory`.
    static func listFamilies(directory: String, options: NativeOptions) throws(RocksFailure) -> [String] {
        var count = 0
        let list = try unsafe RocksFailure.check {
            unsafe rocksdb_list_column_families(options.database, directory, &count, $0)
        }
        guard let list = unsafe list else { return [] }
        defer { unsafe rocksdb_list_column_families_destroy(list, count) }
        return (0..<count).compactMap { index in
            guard let name = unsafe list[index] else { return nil }
            return unsafe String(cString: name)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes as RocksDB's functions take them.
    @inline(__always)
    var characters: UnsafePointer<CChar>? {
        unsafe baseAddress?.assumingMemoryBound(to: CChar.self)
    }
}
