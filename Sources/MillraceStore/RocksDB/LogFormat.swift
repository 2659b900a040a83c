/// How RocksDB writes its log.
///
/// A file is in blocks of 32 KiB. A block has records, or parts of records, each with a checksum (4 bytes), the count of its bytes
/// (2, little-endian) and its type (1, never zero) before it; too little room for that at a block's end is left empty. A record is the
/// bytes of a write: the number of its first change (8, little-endian), how many changes it has (4), and the changes, which are numbered on from
/// write to write. (https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format, and RocksDB's `write_batch.cc`.)
enum LogFormat {
    static let blockBytes = 32 << 10
    static let headerBytes = 7
    /// What a record begins with.
    static let writeHeaderBytes = 12

    enum RecordType: UInt8 {
        case whole = 1
        case first, middle, last
    }

    /// A type that there is not.
    static let noType: UInt8 = 0xff
}
