import TestKit
import Testing

@testable import MillraceHTTP

@Suite struct HTTP1RequestParserTests {
    /// Bytes that a strict server serves, and what it should see: method, path, query, body, for each request.
    static let served: [(String, [[String?]])] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", [["GET", "/", nil, ""]]),
        ("GET /x?y=1?2 HTTP/1.1\r\nhOsT:a:80\r\n\r\n", [["GET", "/x", "y=1?2", ""]]),
        ("GET /? HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", [["GET", "/", "", ""]]),
        ("GET / HTTP/1.0\r\n\r\n", [["GET", "/", nil, ""]]),
        ("GET http://A.example:80/p?q HTTP/1.1\r\nHost: a.Example:80\r\n\r\n", [["GET", "/p", "q", ""]]),
        ("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n", [["GET", "/", "q", ""]]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [["OPTIONS", "*", nil, ""]]),
        ("\r\nM-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n", [["M-SEARCH", "/", nil, ""]]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", [["POST", "/", nil, "abc"]]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 000\r\n\r\n", [["POST", "/", nil, ""]]),
        ("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na", [["POST", "/", nil, "a"]]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n00A;n=\"v\\\"; w\";o;p=q\r\n0123456789\r\n0\r\n\r\n",
            [["POST", "/", nil, "abc0123456789"]]
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\nb: \r\n\r\n",
            [["POST", "/", nil, ""]]
        ),
        (
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
                + "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
                + "\r\nDELETE /4 HTTP/1.1\r\nHost: a\r\n\r\n",
            [["POST", "/1", nil, "ab"], ["GET", "/2", nil, ""], ["PUT", "/3", nil, "x"], ["DELETE", "/4", nil, ""]]
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX:\t grün \t\r\n\r\n", [["GET", "/", nil, ""]]),
    ]

    /// Bytes that are refused, and with which status.
    static let refused: [(String, UInt16)] = [
        // Two readings of where the body ends.
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\ncontent-length: 4\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3 3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ٣\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\n Transfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n\tTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\r\n : chunked\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        // Lines.
        ("GET / HTTP/1.1\nHost: a\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        // The request line.
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ü HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /#f HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /\r\n\r\n", 400),
        ("GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400),
        ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501),
        ("\u{16}\u{3}\u{1}", 400),
        // Fields.
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nÄ: c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{7F}\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: dinner\r\nContent-Length: 1\r\n\r\n", 417),
        // Chunks.
        (chunked("\r\n"), 400),
        (chunked("x\r\n"), 400),
        (chunked("-1\r\n"), 400),
        (chunked("0x1\r\na\r\n"), 400),
        (chunked(" 1\r\na\r\n"), 400),
        (chunked("1 \r\na\r\n"), 400),
        (chunked("1 ;x\r\na\r\n"), 400),
        (chunked("1\na\r\n"), 400),
        (chunked("1;x\ny\r\na\r\n"), 400),
        (chunked("1;\r\na\r\n"), 400),
        (chunked("1;x=\r\na\r\n"), 400),
        (chunked("1;x=\"y\r\na\r\n"), 400),
        (chunked("1;x=\"y\\\"\r\na\r\n"), 400),
        (chunked("1;x=y z\r\na\r\n"), 400),
        (chunked("1;x\ry\r\na\r\n"), 400),
        (chunked("1\r\nab\r\n"), 400),
        (chunked("1\r\na\n"), 400),
        (chunked("1\r\na0\r\n\r\n"), 400),
        (chunked("1\r\na\rX"), 400),
        (chunked("00000000000000001\r\na\r\n"), 400),
        (chunked("10000000000000000\r\n"), 400),
        (chunked("FFFFFFFFFFFFFFFF\r\n"), 413),
        (chunked("7FFFFFFFFFFFFFFF\r\n"), 413),
        (chunked("1\r\na\r\n100000\r\n"), 413),
        (chunked("0\r\nX y\r\n\r\n"), 400),
        (chunked("0\r\n folded: y\r\n\r\n"), 400),
        (chunked("0\r\n\n"), 400),
        (chunked("0\r\nContent-Length: 5\r\n\r\n"), 400),
        (chunked("1;" + String(repeating: "x", count: 20_000)), 431),
        (chunked(String(repeating: "1;" + String(repeating: "x", count: 5000) + "\r\na\r\n", count: 4)), 431),
        (chunked("0\r\n" + String(repeating: "a: b\r\n", count: 101)), 431),
        // Limits of the head.
        ("GET /" + String(repeating: "x", count: 8193), 414),
        ("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 101), 431),
        ("GET / HTTP/1.1\r\na: " + String(repeating: "x", count: 16_384), 431),
    ]

    private static func chunked(_ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    }

    @Test(arguments: served) func serves(text: String, expected: [[String?]]) {
        let transcript = ParserTranscript(text)
        #expect(transcript.refusal == nil)
        #expect(transcript.requests.allSatisfy(\.isComplete) && !transcript.isInsideRequest)
        let seen: [[String?]] = transcript.requests.map {
            let request = $0.head.request
            return [request.method.rawValue, request.path, request.query, String(decoding: $0.body, as: UTF8.self)]
        }
        #expect(seen == expected)
    }

    @Test(arguments: refused) func refuses(text: String, status: UInt16) {
        let transcript = ParserTranscript(text)
        #expect(transcript.refusal?.status.rawValue == status, "\(transcript)")
        #expect(!transcript.requests.contains { $0.isComplete })
    }

    @Test func refusesFieldsThatAreNotUTF8() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xE4] + Array("\r\n\r\n".utf8)
        #expect(ParserTranscript(bytes).refusal?.status == .badRequest)
    }

    @Test(arguments: served.map(\.0) + refused.map(\.0).filter { $0.utf8.count < 500 })
    func cutsMakeNoDifference(text: String) {
        let bytes = Array(text.utf8)
        let whole = ParserTranscript(bytes)
        #expect(ParserTranscript(bytes, cuts: Array(0..<bytes.count)) == whole)
        for first in 0..<bytes.count {
            #expect(ParserTranscript(bytes, cuts: [first]) == whole)
        }
    }

    @Test func saysWhatTheConnectionNeeds() throws {
        func head(_ fields: String, version: String = "1.1") throws -> HTTP1HeadParser.Head {
            let text = "POST / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n"
            return try #require(ParserTranscript(text).requests.first).head
        }
        #expect(try head("").keepsAlive)
        #expect(try !head("Connection: foo, CLOSE\r\n").keepsAlive)
        #expect(try !head("Connection: foo\r\nConnection: close\r\n").keepsAlive)
        #expect(try head("Connection: closed\r\n").keepsAlive)
        #expect(try !head("Connection: keep-alive\r\n", version: "1.0").keepsAlive)
        #expect(try head("Expect: 100-Continue\r\nContent-Length: 1\r\n").expectsContinue)
        #expect(try !head("Expect: 100-continue\r\n").expectsContinue)
        #expect(try !head("Expect: 100-continue\r\nContent-Length: 1\r\n", version: "1.0").expectsContinue)
    }

    @Test func keepsFieldsInOrder() throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nB:  1 2 \r\nA: \r\nb: 3\r\n\r\n"
        let headers = try #require(ParserTranscript(text).requests.first).head.request.headers
        #expect(headers.fields.map(\.name) == ["host", "b", "a", "b"])
        #expect(headers["B"] == "1 2" && headers["a"] == "" && headers["c"] == nil)
        #expect(headers.values(of: "b") == ["1 2", "3"])
    }

    @Test func limitsCountToTheByte() {
        var limits = HTTP1Limits()
        let line = "GET / HTTP/1.1\r\n"
        let head = line + "Host: a\r\n\r\n"
        limits.maxRequestLineBytes = line.utf8.count
        limits.maxHeadBytes = head.utf8.count
        limits.maxFields = 1
        #expect(ParserTranscript(head, limits: limits).requests.count == 1)
        #expect(ParserTranscript(head + head, limits: limits).requests.count == 2)
        limits.maxHeadBytes -= 1
        #expect(ParserTranscript(head, limits: limits).refusal?.status == .headTooLarge)
        #expect(ParserTranscript(line + "Host: a\r\n\r", limits: limits).refusal?.status == .headTooLarge)
        limits.maxHeadBytes += 1
        limits.maxRequestLineBytes -= 1
        #expect(ParserTranscript(head, limits: limits).refusal?.status == .targetTooLong)
        #expect(ParserTranscript("GET / HTTP/1.1\r", limits: limits).refusal?.status == .targetTooLong)
        limits = HTTP1Limits()
        limits.maxBodyBytes = 3
        let post = "POST / HTTP/1.1\r\nHost: a\r\n"
        #expect(ParserTranscript(post + "Content-Length: 3\r\n\r\nabc", limits: limits).refusal == nil)
        #expect(
            ParserTranscript(post + "Content-Length: 4\r\n\r\n", limits: limits).refusal?.status == .contentTooLarge)
        let chunked = post + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
        #expect(ParserTranscript(chunked + "1\r\nc\r\n0\r\n\r\n", limits: limits).refusal == nil)
        #expect(ParserTranscript(chunked + "2\r\n", limits: limits).refusal?.status == .contentTooLarge)
    }

    /// Whatever comes: no trap, the same result however it is cut, and of each accepted head what makes smuggling
    /// possible is not there.
    @Test(arguments: UInt64(1)...200) func survivesMutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let text = Self.served.randomElement(using: &random)?.0 ?? ""
                bytes += Array(text.utf8)
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes.mutate(using: &random)
            }
            let whole = ParserTranscript(bytes)
            let cuts = (0..<5).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            #expect(ParserTranscript(bytes, cuts: cuts) == whole)
            for request in whole.requests {
                let headers = request.head.request.headers
                let lengths = headers.values(of: "content-length")
                let codings = headers.values(of: "transfer-encoding")
                #expect(lengths.count + codings.count <= 1)
                #expect(headers.values(of: "host").count <= 1)
                if request.isComplete, let length = lengths.first { #expect(Int(length) == request.body.count) }
            }
        }
    }
}

extension [UInt8] {
    /// Changes, drops, doubles or inserts something that matters to a parser.
    fileprivate mutating func mutate(using random: inout SeededGenerator) {
        guard !isEmpty else { return }
        let position = Int.random(in: 0..<count, using: &random)
        let telling = Array("\r\n \t:;,\0\u{B}0aF/*".utf8)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: self[position] = UInt8.random(in: 0...255, using: &random)
        case 1: self[position] = telling.randomElement(using: &random) ?? 0
        case 2: remove(at: position)
        case 3: insert(telling.randomElement(using: &random) ?? 0, at: position)
        case 4:
            let end = Swift.min(count, position + Int.random(in: 1...30, using: &random))
            insert(contentsOf: self[position..<end], at: Int.random(in: 0...count, using: &random))
        default: removeLast(count - position)
        }
    }
}
