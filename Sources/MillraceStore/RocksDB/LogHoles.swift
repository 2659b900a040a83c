import Glibc

/// Places of the log where zeros are before bytes that are not.
///
/// Of pages that were not synced a disk may have the later ones when the power fails, and zeros for the earlier ones. RocksDB 7.8.3
/// takes zeros where a record should begin for room that was reserved, goes on with the next block of the file, and so
/// would bring back a write without those before it. What is not zero there, it knows to be damage, and ends before it or
/// refuses, as it is told to.
///
/// A file of the log is in blocks of 32 KiB. A block has records, or parts of records, each with a checksum (4 bytes), the
/// count of its bytes (2, little-endian) and its type (1, never zero) before it; too little room for that at a block's end is left empty.
/// (https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format)
enum LogHoles {
    static let blockBytes = 32 << 10
    static let headerBytes = 7
    private static let chunkBytes = 32 * blockBytes

    /// Puts something into each hole, so that RocksDB sees it. Nobody else may have the directory open.
    static func expose(in directory: String) throws(StoreError) {
        let folder = LogFolder.path(in: directory)
        guard let names = try? DataDirectory.entries(folder, of: directory) else { return }
        for name in names where name.hasSuffix(".log") {
            try expose(file: folder + "/" + name, of: directory)
        }
    }

    private static func expose(file: String, of directory: String) throws(StoreError) {
        let descriptor = unsafe open(file, O_RDWR | O_CLOEXEC)
        // RocksDB says better what is wrong with it.
        guard descriptor >= 0 else { return }
        defer { _ = close(descriptor) }
        guard let hole = try find(in: descriptor, file, of: directory) else { return }
        var type: UInt8 = 0xff
        guard unsafe pwrite(descriptor, &type, 1, off_t(hole + headerBytes - 1)) == 1 else {
            throw failure("writing", file, of: directory)
        }
    }

    /// Where the first hole of a file begins, or nil where it has none.
    private static func find(in descriptor: Int32, _ file: String, of directory: String) throws(StoreError) -> Int? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        defer { unsafe buffer.deallocate() }
        var zeros: Int?
        var place = 0
        while true {
            let count = try unsafe fill(buffer, from: descriptor, at: place, file, of: directory)
            if count == 0 { return nil }
            let chunk = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            for start in stride(from: 0, to: count, by: blockBytes) {
                let block = unsafe UnsafeRawBufferPointer(rebasing: chunk[start..<min(start + blockBytes, count)])
                if let zeros {
                    if unsafe !block.isZero { return zeros }
                    continue
                }
                switch unsafe firstZeroHeader(of: block) {
                case .none: break
                case .at(let header):
                    zeros = place + start + header
                    if unsafe !UnsafeRawBufferPointer(rebasing: block[header...]).isZero { return zeros }
                case .unknown: return nil
                }
            }
            place += count
        }
    }

    private enum ZeroHeader {
        case none
        case at(Int)
        /// The block is damaged in another way, which RocksDB sees.
        case unknown
    }

    private static func firstZeroHeader(of block: UnsafeRawBufferPointer) -> ZeroHeader {
        var place = 0
        while place + headerBytes <= block.count {
            let checksum = unsafe block.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            let count = unsafe Int(
                UInt16(littleEndian: block.loadUnaligned(fromByteOffset: place + 4, as: UInt16.self)))
            if unsafe block[place + 6] == 0 { return checksum == 0 && count == 0 ? .at(place) : .unknown }
            place += headerBytes + count
            if place > blockBytes { return .unknown }
        }
        return .none
    }

    /// Reads as much as there is, up to the buffer's size.
    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at place: Int, _ file: String,
        of directory: String
    ) throws(StoreError) -> Int {
        var count = 0
        while count < buffer.count {
            let read = unsafe pread(
                descriptor, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count, off_t(place + count))
            if read == 0 { break }
            if read > 0 { count += read } else if errno != EINTR { throw failure("reading", file, of: directory) }
        }
        return count
    }

    private static func failure(_ action: String, _ file: String, of directory: String) -> StoreError {
        .failed(directory: directory, reason: "\(action) \(file): \(DataDirectory.text(errno))")
    }
}

extension UnsafeRawBufferPointer {
    /// Whether there is nothing but zeros in it.
    fileprivate var isZero: Bool {
        guard let baseAddress, count > 0 else { return true }
        // Each byte is the same as the one before.
        return unsafe first == 0 && memcmp(baseAddress, baseAddress + 1, count - 1) == 0
    }
}
