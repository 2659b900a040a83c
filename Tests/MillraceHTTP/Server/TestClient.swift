import Glibc

@testable import MillraceHTTP

/// A blocking socket. No call waits longer than ten seconds.
@safe final class TestClient {
    private let descriptor: Int32

    init(_ address: SocketAddress) throws {
        descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard let raw = RawSocketAddress(host: address.host, port: address.port) else { throw UVError(code: -EINVAL) }
        let length = address.isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        let result = unsafe raw.withPointer { unsafe connect(descriptor, $0, socklen_t(length)) }
        guard result == 0 else { throw UVError(code: -errno) }
    }

    deinit { _ = close(descriptor) }

    /// Sends all the bytes; false where the server does not take them.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// Ends the client's output.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads until the text ends in `suffix`, or to the end.
    func read(until suffix: String) -> String {
        var text: [UInt8] = []
        let suffix = Array(suffix.utf8)
        while !text.suffix(suffix.count).elementsEqual(suffix) {
            guard let more = read(), !more.isEmpty else { break }
            text += more
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads to the end.
    func readToEnd() -> [UInt8] {
        var bytes: [UInt8] = []
        while let more = read(), !more.isEmpty { bytes += more }
        return bytes
    }

    /// Reads what there is: empty at the end, `nil` after an error or ten seconds.
    private func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer[..<count])
    }
}
