import Testing

@testable import MillraceHTTP

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080"), ("[::1]:0", "[::1]:0"), ("[0:0::0:1]:65535", "[::1]:65535"),
        ("*:80", "0.0.0.0:80"), (":80", "0.0.0.0:80"), ("localhost:080", "127.0.0.1:80"),
        ("[::ffff:1.2.3.4]:1", "[::ffff:1.2.3.4]:1"),
    ])
    func reads(text: String, canonical: String) throws {
        let address = try SocketAddress(text)
        #expect(address.description == canonical)
        #expect(try SocketAddress(canonical) == address)
        #expect(address.isIPv6 == text.hasPrefix("["))
    }

    @Test(arguments: [
        "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:65536",
        "127.0.0.1:٣", "::1:80", "[::1]", "[::1:80", "[127.0.0.1]:80", "[]:80", "1.2.3:80", "1.2.3.4.5:80",
        "01.2.3.256:80", "example.com:80", "http://127.0.0.1:80", " 127.0.0.1:80", "[::1%]:80x", "[g::1]:80",
    ])
    func refuses(text: String) {
        let error = #expect(throws: SocketAddressError.self) { try SocketAddress(text) }
        #expect(error?.description.contains("write 127.0.0.1:8080") == true)
    }
}
