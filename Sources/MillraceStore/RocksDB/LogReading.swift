import Glibc

/// One look through a file of RocksDB's log, for ``LogOrder``: which writes are in it, and how it ends. It checks no checksums: RocksDB does.
struct LogReading {
    enum Ending {
        /// After a record there are zeros, and then something else: where the zeros begin.
        case hole(Int)
        /// In a way that RocksDB takes for damage, or does not know.
        case damaged
        /// Nothing but zeros, if anything, is behind the last record's end.
        case clean(Int)
    }

    struct Result {
        /// The number of the first write's first change, if there is a write.
        var first: UInt64?
        /// The number that follows the last write.
        var next: UInt64?
        var ending: Ending
    }

    private(set) var result = Result(ending: .damaged)
    private let descriptor: Int32
    private let file: String
    private let directory: String
    /// The record that is being read, as far as it says which write it is; `nil` between records.
    private var record: [UInt8]?
    /// The end of the last whole record.
    private var end = 0

    private static let chunkBytes = 32 * LogFormat.blockBytes

    init(_ descriptor: Int32, file: String, directory: String) throws(StoreError) {
        self.descriptor = descriptor
        self.file = file
        self.directory = directory
        result.ending = try read()
    }

    private mutating func read() throws(StoreError) -> Ending {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkBytes, alignment: 16)
        defer { unsafe buffer.deallocate() }
        var zeros: Int?
        var place = 0
        while true {
            let count = try unsafe fill(buffer, at: place)
            if count == 0 { break }
            for start in stride(from: 0, to: count, by: LogFormat.blockBytes) {
                let block = unsafe UnsafeRawBufferPointer(
                    rebasing: buffer[start..<min(start + LogFormat.blockBytes, count)])
                if let zeros {
                    if unsafe !block.isZero { return .hole(zeros) }
                    continue
                }
                switch unsafe take(block, at: place + start) {
                case .records: break
                case .zeros(let at):
                    zeros = place + start + at
                    if unsafe !UnsafeRawBufferPointer(rebasing: block[at...]).isZero {
                        return .hole(place + start + at)
                    }
                case .other: return .damaged
                }
            }
            place += count
        }
        return record == nil ? .clean(end) : .damaged
    }

    private enum Content {
        /// Records up to the block's end, or the file's.
        case records
        /// Zeros from that place on where a record might begin.
        case zeros(Int)
        /// What cannot be read.
        case other
    }

    private mutating func take(_ block: UnsafeRawBufferPointer, at start: Int) -> Content {
        var place = 0
        while place + LogFormat.headerBytes <= block.count {
            let checksum = unsafe block.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            let count = unsafe Int(
                UInt16(littleEndian: block.loadUnaligned(fromByteOffset: place + 4, as: UInt16.self)))
            let type = unsafe block[place + 6]
            if type == 0 { return checksum == 0 && count == 0 ? .zeros(place) : .other }
            let from = place + LogFormat.headerBytes
            place = from + count
            guard let type = LogFormat.RecordType(rawValue: type), place <= block.count,
                unsafe take(UnsafeRawBufferPointer(rebasing: block[from..<place]), of: type)
            else { return .other }
            if record == nil { end = start + place }
        }
        // What is left at the end of a whole block is empty; at that of a file it is a header that was cut.
        return block.count == LogFormat.blockBytes || place == block.count ? .records : .other
    }

    /// Takes a part of a record. Returns false where it is none of the record before it, or no write that follows the last one.
    private mutating func take(_ part: UnsafeRawBufferPointer, of type: LogFormat.RecordType) -> Bool {
        let isFirst = type == .whole || type == .first
        guard isFirst == (record == nil) else { return false }
        var header = record ?? []
        unsafe header.append(contentsOf: part.prefix(LogFormat.writeHeaderBytes - header.count))
        guard type == .whole || type == .last else {
            record = header
            return true
        }
        record = nil
        guard header.count == LogFormat.writeHeaderBytes else { return false }
        let number = header[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let count = header[8...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard number == result.next ?? number else { return false }
        if result.first == nil { result.first = number }
        result.next = number &+ count
        return true
    }

    /// Reads as much as there is, up to the buffer's size.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at place: Int) throws(StoreError) -> Int {
        var count = 0
        while count < buffer.count {
            let read = unsafe pread(
                descriptor, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count, off_t(place + count))
            if read == 0 { break }
            if read > 0 {
                count += read
            } else if errno != EINTR {
                throw DataDirectory.failure(errno, directory, "reading \(file)")
            }
        }
        return count
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
