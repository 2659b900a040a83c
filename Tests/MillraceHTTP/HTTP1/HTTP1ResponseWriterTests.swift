import Testing

@testable import MillraceHTTP

@Suite struct HTTP1ResponseWriterTests {
    private func written(_ response: HTTPResponse, keepsAlive: Bool = true) -> String {
        var output: [UInt8] = []
        HTTP1ResponseWriter.append(response, to: &output, date: "D", keepsAlive: keepsAlive)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func setsTheFramingItself() {
        let response = HTTPResponse(
            headers: ["Content-Length": "99", "Transfer-Encoding": "chunked", "Date": "x", "X": "1"], body: [0x61])
        #expect(written(response) == "HTTP/1.1 200 OK\r\nx: 1\r\ndate: D\r\ncontent-length: 1\r\n\r\na")
        #expect(written(HTTPResponse(), keepsAlive: false).contains("\r\nconnection: close\r\n"))
    }

    @Test func someStatusesHaveNoBody() {
        #expect(written(HTTPResponse(.noContent, body: [1])) == "HTTP/1.1 204 No Content\r\ndate: D\r\n\r\n")
        #expect(written(HTTPResponse(.notModified)) == "HTTP/1.1 304 Not Modified\r\ndate: D\r\n\r\n")
        #expect(written(HTTPResponse(HTTPStatus(rawValue: 299))).hasPrefix("HTTP/1.1 299 \r\n"))
    }

    @Test(arguments: ["a\r\nset-cookie: x", "a\nb", "a\0"]) func doesNotLetValuesSplitTheResponse(value: String) {
        let text = written(HTTPResponse(headers: ["location": value]))
        #expect(text.hasPrefix("HTTP/1.1 500 ") && !text.contains("cookie"))
        #expect(written(HTTPResponse(headers: [value: "x"])).hasPrefix("HTTP/1.1 500 "))
    }
}
