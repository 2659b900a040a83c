import MillraceProtocol

/// What follows was recorded by another revision of the code than what stands before: an entry of ours, which the service protocol
/// does not know, and which the handler's commands do not count.
///
/// ```text
/// payload := revision          empty where the code names none
/// ```
struct RevisionEntry: Message {
    static let type = MessageType(rawValue: 0xfc02)

    let revision: String

    init(revision: String) { self.revision = revision }

    init(decoding payload: RawSpan) throws(MessageError) {
        do throws(RecordError) {
            revision = try unsafe payload.withUnsafeBytes { bytes throws(RecordError) in
                var reader = unsafe RecordReader(bytes)
                return try reader.text()
            }
        } catch {
            throw MessageError(type: Self.type, problem: .malformed)
        }
    }

    func encode(into bytes: inout [UInt8]) { bytes += RecordWriter.array { $0.text(revision) } }

    var description: String { revision.isEmpty ? "Revision without a name" : "Revision '\(revision)'" }
}
