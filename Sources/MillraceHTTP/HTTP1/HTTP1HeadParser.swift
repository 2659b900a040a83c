/// Reads the head of a request line by line, and decides how its body is framed.
///
/// It is stricter than RFC 9112 demands: whatever two readers could understand in two ways is refused, so that no
/// request can be smuggled past a proxy in front of this server.
struct HTTP1HeadParser {
    /// Where the body ends.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// What a head says.
    struct Head: Equatable {
        var request: HTTPRequest
        var framing: Framing
        /// The client lets the connection stand after the response.
        var keepsAlive: Bool
        /// The client waits for a "100 Continue" before it sends the body.
        var expectsContinue: Bool
    }

    private let limits: HTTP1Limits
    private var request: HTTPRequest?
    private var targetHost: String?
    private var fieldCount = 0

    init(limits: HTTP1Limits) { self.limits = limits }

    /// True before the request line.
    var isAtStart: Bool { request == nil }

    /// Takes the next line without its end, and returns the head after the empty line that ends it.
    mutating func take(_ line: Span<UInt8>) throws(HTTP1Refusal) -> Head? {
        guard var request else {
            (request, targetHost) = try requestLine(line)
            return nil
        }
        if line.isEmpty { return try finish(request) }
        fieldCount += 1
        guard fieldCount <= limits.maxFields else {
            throw HTTP1Refusal(.headTooLarge, "more than \(limits.maxFields) header fields")
        }
        // Out of the property while it changes, so that its storage is not copied.
        self.request = nil
        let (name, value) = try Self.field(line)
        request.headers.add(lowercased: name, value)
        self.request = request
        return nil
    }

    /// Reads one field: name in lower case, and value without blanks around it.
    static func field(_ line: Span<UInt8>) throws(HTTP1Refusal) -> (name: String, value: String) {
        if line[0] == HTTP1Syntax.space || line[0] == HTTP1Syntax.tab {
            throw .malformed("a header field continued on a second line")
        }
        guard let colon = line.firstIndex(of: HTTP1Syntax.colon, from: 0) else {
            throw .malformed("a header field without colon")
        }
        guard colon > 0, line.firstIndex(in: 0..<colon, where: { !HTTP1Syntax.isToken($0) }) == nil else {
            throw .malformed("a header field's name with a character that names do not have")
        }
        var (start, end) = (colon + 1, line.count)
        let isBlank: (UInt8) -> Bool = { $0 == HTTP1Syntax.space || $0 == HTTP1Syntax.tab }
        while start < end && isBlank(line[start]) { start += 1 }
        while end > start && isBlank(line[end - 1]) { end -= 1 }
        guard line.firstIndex(in: start..<end, where: { !HTTP1Syntax.isValue($0) }) == nil else {
            throw .malformed("a header field's value with a control character")
        }
        guard let name = line.text(0..<colon), let value = line.text(start..<end) else {
            throw .malformed("a header field's value that is not UTF-8")
        }
        return (name.lowercased(), value)
    }

    private func requestLine(_ line: Span<UInt8>) throws(HTTP1Refusal) -> (HTTPRequest, host: String?) {
        guard let first = line.firstIndex(of: HTTP1Syntax.space, from: 0), first > 0,
            line.firstIndex(in: 0..<first, where: { !HTTP1Syntax.isToken($0) }) == nil,
            let second = line.firstIndex(of: HTTP1Syntax.space, from: first + 1), second > first + 1,
            let method = line.text(0..<first), let version = line.text(second + 1..<line.count)
        else { throw .malformed("a request line that is not method, target and version") }
        guard line.firstIndex(in: first + 1..<second, where: { !HTTP1Syntax.isTarget($0) }) == nil,
            let target = line.text(first + 1..<second)
        else { throw .malformed("a request target with a character that targets do not have") }

        var request = HTTPRequest(
            method: HTTPMethod(rawValue: method), path: target, version: try httpVersion(version))
        if method == "CONNECT" { throw HTTP1Refusal(.notImplemented, "this server is no proxy") }
        if target == "*" {
            guard request.method == .options else { throw .malformed("only OPTIONS has the target *") }
            return (request, nil)
        }
        let (rest, host) = try withoutAuthority(target)
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        request.path = parts[0].isEmpty ? "/" : String(parts[0])
        request.query = parts.count > 1 ? String(parts[1]) : nil
        return (request, host)
    }

    private func httpVersion(_ text: String) throws(HTTP1Refusal) -> HTTPVersion {
        if text == "HTTP/1.1" { return .http11 }
        if text == "HTTP/1.0" { return .http10 }
        let digits = Array(text.utf8.dropFirst(5))
        let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
        guard text.hasPrefix("HTTP/"), digits.count == 3, isDigit(digits[0]), digits[1] == UInt8(ascii: "."),
            isDigit(digits[2])
        else { throw .malformed("a request line that is not method, target and version") }
        throw HTTP1Refusal(.versionNotSupported, "this port speaks HTTP/1.1")
    }

    /// Splits an absolute target, as a client sends it to a proxy, into its host and what follows.
    private func withoutAuthority(_ target: String) throws(HTTP1Refusal) -> (rest: Substring, host: String?) {
        if target.hasPrefix("/") { return (target[...], nil) }
        guard let separator = target.firstIndex(of: ":"), target[separator...].hasPrefix("://"),
            ["http", "https"].contains(target[..<separator].lowercased())
        else { throw .malformed("a request target that is neither a path nor an http address") }
        let afterScheme = target[target.index(separator, offsetBy: 3)...]
        let end = afterScheme.firstIndex { $0 == "/" || $0 == "?" } ?? afterScheme.endIndex
        return (afterScheme[end...], String(afterScheme[..<end]))
    }

    private func finish(_ request: HTTPRequest) throws(HTTP1Refusal) -> Head {
        var (hosts, lengths, codings, connections): ([String], [String], [String], [String]) = ([], [], [], [])
        var expectations: [String] = []
        for field in request.headers.fields {
            switch field.name {
            case "host": hosts.append(field.value)
            case "content-length": lengths.append(field.value)
            case "transfer-encoding": codings.append(field.value)
            case "connection": connections += HTTP1Syntax.list(field.value)
            case "expect": expectations.append(field.value)
            default: break
            }
        }
        try checkHosts(hosts, of: request)
        var head = Head(
            request: request, framing: try framing(lengths: lengths, codings: codings, version: request.version),
            keepsAlive: request.version == .http11 && !connections.contains("close"), expectsContinue: false)
        if request.version == .http11 && !expectations.isEmpty {
            guard expectations.count == 1, HTTP1Syntax.isEqual(expectations[0], ignoringCaseTo: "100-continue") else {
                throw HTTP1Refusal(.expectationFailed, "an expectation other than 100-continue")
            }
            head.expectsContinue = head.framing != .none
        }
        return head
    }

    private func checkHosts(_ hosts: [String], of request: HTTPRequest) throws(HTTP1Refusal) {
        guard hosts.count <= 1 else { throw .malformed("two Host fields") }
        guard let host = hosts.first else {
            if request.version == .http11 { throw .malformed("no Host field") }
            return
        }
        guard !host.isEmpty, host.utf8.allSatisfy(HTTP1Syntax.isHost) else {
            throw .malformed("a Host field that names no host")
        }
        if let targetHost, !HTTP1Syntax.isEqual(targetHost, ignoringCaseTo: host.lowercased()) {
            throw .malformed("a Host field that differs from the target's host")
        }
    }

    private func framing(lengths: [String], codings: [String], version: HTTPVersion) throws(HTTP1Refusal) -> Framing {
        if let coding = codings.first {
            guard lengths.isEmpty else { throw .malformed("both Content-Length and Transfer-Encoding") }
            guard version == .http11 else { throw .malformed("a Transfer-Encoding in HTTP/1.0") }
            guard codings.count == 1 else { throw .malformed("two Transfer-Encoding fields") }
            guard HTTP1Syntax.isEqual(coding, ignoringCaseTo: "chunked") else {
                throw HTTP1Refusal(.notImplemented, "a Transfer-Encoding other than chunked")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1 else { throw .malformed("two Content-Length fields") }
        guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformed("a Content-Length that is no number")
        }
        guard let count = Int(length), count <= limits.maxBodyBytes else {
            throw .bodyTooLarge(limits)
        }
        return count == 0 ? .none : .length(count)
    }
}

extension HTTP1Refusal {
    static func bodyTooLarge(_ limits: HTTP1Limits) -> HTTP1Refusal {
        HTTP1Refusal(.contentTooLarge, "a body of more than \(limits.maxBodyBytes) bytes")
    }
}
