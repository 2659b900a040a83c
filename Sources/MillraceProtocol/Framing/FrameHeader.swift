/// The eight bytes before each message on a stream: type (16 bits), flags (16), length of the payload (32), big-endian.
///
/// One flag is in use; the others are sent as 0 and passed over when they come.
public struct FrameHeader: Hashable, Sendable {
    /// How many bytes a header has.
    public static let byteCount = 8

    private static let requestedAckFlag: UInt8 = 0x80

    /// What the message is.
    public var type: MessageType
    /// Asks for a `ProposeRunCompletionAck` in place of the whole completion. Only `ProposeRunCompletion` has it, from
    /// version 7 on.
    public var requestsAck: Bool
    /// How many bytes of payload follow.
    public var length: UInt32

    /// Makes one of its parts.
    public init(type: MessageType, requestsAck: Bool = false, length: UInt32) {
        self.type = type
        self.requestsAck = requestsAck
        self.length = length
    }

    /// Reads a header from its eight bytes, which begin at `offset`.
    ///
    /// - Precondition: there are eight bytes from there on.
    init(_ bytes: [UInt8], at offset: Int) {
        type = MessageType(rawValue: UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]))
        requestsAck = bytes[offset + 2] & Self.requestedAckFlag != 0
        length =
            UInt32(bytes[offset + 4]) << 24 | UInt32(bytes[offset + 5]) << 16 | UInt32(bytes[offset + 6]) << 8
            | UInt32(bytes[offset + 7])
    }

    /// Appends the eight bytes.
    public func encode(into bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: type.rawValue >> 8))
        bytes.append(UInt8(truncatingIfNeeded: type.rawValue))
        bytes.append(requestsAck ? Self.requestedAckFlag : 0)
        bytes.append(0)
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: length >> shift))
        }
    }
}
