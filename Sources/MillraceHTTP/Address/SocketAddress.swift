import CUV

/// An IP address and a port.
package struct SocketAddress: Hashable, CustomStringConvertible, Sendable {
    /// The address in its canonical text, for example `127.0.0.1` or `::1`.
    package let host: String
    /// The port; 0 lets the kernel choose one.
    package let port: UInt16
    /// True of IPv6.
    package let isIPv6: Bool

    /// The port on this machine only, by IPv4.
    package static func loopback(port: UInt16) -> SocketAddress {
        SocketAddress(host: "127.0.0.1", port: port, isIPv6: false)
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` (127.0.0.1), `*:8080` or `:8080` (every address of this
    /// machine, by IPv4). Names other than `localhost` are not looked up.
    package init(_ text: String) throws(SocketAddressError) {
        guard let colon = text.lastIndex(of: ":") else { throw SocketAddressError(text, "it has no port") }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            throw SocketAddressError(text, "its port is no number from 0 to 65535")
        }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { throw SocketAddressError(text, "only IPv6 addresses stand in brackets") }
        } else if host.contains(":") {
            throw SocketAddressError(text, "an IPv6 address stands in brackets before its port")
        } else if host.isEmpty || host == "*" {
            host = "0.0.0.0"
        } else if host == "localhost" {
            host = "127.0.0.1"
        }
        guard let parsed = RawSocketAddress(host: String(host), port: port)?.address else {
            throw SocketAddressError(text, "'\(host)' is no IP address")
        }
        self = parsed
    }

    init(host: String, port: UInt16, isIPv6: Bool) {
        self.host = host
        self.port = port
        self.isIPv6 = isIPv6
    }

    /// The form that ``init(_:)`` reads.
    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
