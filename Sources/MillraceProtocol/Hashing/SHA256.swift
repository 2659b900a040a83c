internal import COpenSSL

/// SHA-256, by which the protocol derives seeds, and ids from names.
public enum SHA256 {
    /// How many bytes a digest has.
    public static let byteCount = 32

    /// The digest of some bytes, 32 bytes long.
    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                _ = unsafe COpenSSL.SHA256(bytes.baseAddress, bytes.count, digest.baseAddress)
            }
            count = byteCount
        }
    }
}
