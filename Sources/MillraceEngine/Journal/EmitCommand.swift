import Millrace
import MillraceProtocol
import MillraceStore

/// A record was emitted: an entry of ours, which the service protocol does not know and no peer ever sees.
///
/// The record itself left with the batch that has this entry; here is what tells whether the code emits the same again.
///
/// ```text
/// payload := cluster topic digest(8, little-endian)
/// ```
struct EmitCommand: Message {
    static let type = MessageType(rawValue: 0xfc01)

    let cluster: String
    let topic: String
    /// A hash of key, value and headers.
    let digest: UInt64

    init(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header]
    ) {
        self.cluster = cluster
        self.topic = topic
        var digest = unsafe key.map { unsafe XXH64.hash($0) } ?? 1
        unsafe digest = digest &* 0x9E37_79B1_85EB_CA87 ^ (value.map { unsafe XXH64.hash($0) } ?? 2)
        for header in headers {
            for byte in header.name.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
            for byte in header.value ?? [] { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        self.digest = digest
    }

    init(decoding payload: RawSpan) throws(MessageError) {
        do throws(RecordError) {
            (cluster, topic, digest) = try unsafe payload.withUnsafeBytes { bytes throws(RecordError) in
                var reader = unsafe RecordReader(bytes)
                let cluster = try reader.text()
                let topic = try reader.text()
                let digest = try reader.part(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                return (cluster, topic, digest)
            }
        } catch {
            throw MessageError(type: Self.type, problem: .malformed)
        }
    }

    func encode(into bytes: inout [UInt8]) {
        bytes += RecordWriter.array { writer in
            writer.text(cluster)
            writer.text(topic)
            writer.word(digest)
        }
    }

    var description: String { "Emit to topic '\(topic)'" }
}
