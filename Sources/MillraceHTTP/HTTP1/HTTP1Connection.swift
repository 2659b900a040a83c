/// The server's side of one HTTP/1.1 connection: bytes in, bytes and events out.
///
/// It knows no socket, clock or thread: `now` is the time since some fixed moment. After each call the driver asks for
/// ``next(now:)`` until that is `nil`, writes ``takeOutput()``, reads only while ``wantsInput``, sets its timer to
/// ``deadline``, and does what ``ending`` says once all output is written.
///
/// Requests are served one at a time: those that a client sends ahead wait in the buffer until the response is there.
struct HTTP1Connection {
    enum Event: Equatable {
        /// A request's head; its body comes in pieces.
        case head(HTTPRequest)
        /// A piece of the body, not empty.
        case body([UInt8])
        /// The request is complete, and ``respond(_:date:now:)`` is awaited.
        case end
    }

    /// What is to be done with the socket.
    enum Ending: Equatable {
        /// Nothing: it stays open.
        case none
        /// When all output is written, end the writing side, and go on to read: closing now could make the client's
        /// kernel drop the response before the client reads it.
        case endOutput
        /// When all output is written, close.
        case close
        /// Close now, whatever is unwritten.
        case abort
    }

    private enum Phase: Equatable {
        case idle
        case receivingHead
        case receivingBody
        case awaitingResponse
        case lingering
        case closed(aborted: Bool)
    }

    private let limits: HTTP1Limits
    private var parser: HTTP1RequestParser
    private var phase = Phase.idle
    private var phaseDeadline: Duration?
    private var output: [UInt8] = []
    private var bytesInFlight = 0
    private var writeDeadline: Duration?
    private var present = Exchange()
    private var isDraining = false
    private var peerEnded = false
    private(set) var requestCount = 0

    /// What is remembered of the request that is being served.
    private struct Exchange {
        var isHead = false
        var keepsAlive = true
        var owesContinue = false
    }

    init(limits: HTTP1Limits, now: Duration) {
        self.limits = limits
        parser = HTTP1RequestParser(limits: limits)
        phaseDeadline = now + limits.idleTimeout
    }

    // What the driver asks.

    /// True while there is room for more input.
    var wantsInput: Bool {
        if case .closed = phase { return false }
        return !peerEnded && parser.bufferedBytes <= limits.maxHeadBytes && unsentBytes <= limits.maxUnsentBytes
    }

    /// When to call ``expire(now:date:)``, if nothing happens before.
    var deadline: Duration? {
        guard let phaseDeadline else { return writeDeadline }
        guard let writeDeadline else { return phaseDeadline }
        return min(phaseDeadline, writeDeadline)
    }

    var ending: Ending {
        switch phase {
        case .idle, .receivingHead, .receivingBody, .awaitingResponse: .none
        case .lingering: .endOutput
        case .closed(let aborted): aborted ? .abort : .close
        }
    }

    /// True where no request is being received or answered.
    var isIdle: Bool { phase == .idle }

    /// True while there is output that was not written.
    var isWriting: Bool { unsentBytes > 0 }

    // What the driver tells.

    /// Bytes came from the client.
    mutating func receive(_ bytes: Span<UInt8>, now: Duration) {
        switch phase {
        case .lingering, .closed: return
        case .idle, .receivingHead, .receivingBody, .awaitingResponse: parser.append(bytes)
        }
    }

    /// The client will send no more.
    mutating func peerDidEnd() {
        peerEnded = true
        if phase == .lingering { close() }
    }

    /// All output taken so far was written.
    mutating func didWrite(now: Duration) {
        bytesInFlight = 0
        writeDeadline = output.isEmpty ? nil : now + limits.writeTimeout
    }

    /// The bytes to write now; empty while earlier ones are being written.
    mutating func takeOutput() -> [UInt8] {
        guard bytesInFlight == 0 && !output.isEmpty else { return [] }
        let taken = output
        output = []
        bytesInFlight = taken.count
        return taken
    }

    /// What came next, or `nil` where that takes more input, room for output, or the response to what came.
    mutating func next(now: Duration, date: @autoclosure () -> String) -> Event? {
        guard phase == .idle || phase == .receivingHead || phase == .receivingBody,
            unsentBytes <= limits.maxUnsentBytes
        else { return nil }
        do throws(HTTP1Refusal) {
            if let event = try parser.next() { return accept(event, now: now) }
        } catch {
            refuse(error, date: date(), now: now)
            return nil
        }
        if peerEnded {
            // Nothing can complete what is there.
            close()
        } else if phase == .idle && parser.isInsideRequest {
            enter(.receivingHead, until: now + limits.headTimeout)
        } else if present.owesContinue && phase == .receivingBody {
            present.owesContinue = false
            append(now: now) { $0.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8) }
        }
        return nil
    }

    /// Answers the request whose head came last. Before its end, the rest of the request is not read any more.
    mutating func respond(_ response: HTTPResponse, date: String, now: Duration) {
        switch phase {
        case .receivingBody, .awaitingResponse: break
        case .closed: return
        case .idle, .receivingHead, .lingering: preconditionFailure("a response without a request, while \(phase)")
        }
        let keepsAlive =
            present.keepsAlive && !isDraining && phase == .awaitingResponse
            && !response.headers.values(of: "connection").contains { HTTP1Syntax.list($0).contains("close") }
        let isHead = present.isHead
        append(now: now) {
            HTTP1ResponseWriter.append(response, to: &$0, date: date, keepsAlive: keepsAlive, withoutBody: isHead)
        }
        present = Exchange()
        if keepsAlive { enter(.idle, until: now + limits.idleTimeout) } else { linger(now: now) }
    }

    /// No more requests after the present one. A connection without one closes.
    mutating func drain() {
        isDraining = true
        if phase == .idle { close() }
    }

    /// Applies the time-outs that `now` has reached.
    mutating func expire(now: Duration, date: @autoclosure () -> String) {
        if let writeDeadline, writeDeadline <= now { return abort() }
        guard let phaseDeadline, phaseDeadline <= now else { return }
        switch phase {
        case .idle: close()
        case .receivingHead: refuse(HTTP1Refusal(.requestTimeout, "the head took too long"), date: date(), now: now)
        case .receivingBody: refuse(HTTP1Refusal(.requestTimeout, "the body took too long"), date: date(), now: now)
        case .lingering: abort()
        case .awaitingResponse, .closed: break
        }
    }

    /// Ends the connection at once.
    mutating func abort() {
        enter(.closed(aborted: true), until: nil)
        writeDeadline = nil
        output = []
        parser.discard()
    }

    // Steps.

    private var unsentBytes: Int { output.count + bytesInFlight }

    private mutating func accept(_ event: HTTP1RequestParser.Event, now: Duration) -> Event {
        switch event {
        case .head(let head):
            present = Exchange(
                isHead: head.request.method == .head, keepsAlive: head.keepsAlive, owesContinue: head.expectsContinue)
            requestCount += 1
            enter(.receivingBody, until: now + limits.bodyTimeout)
            return .head(head.request)
        case .body(let bytes):
            present.owesContinue = false
            return .body(bytes)
        case .end:
            enter(.awaitingResponse, until: nil)
            return .end
        }
    }

    private mutating func refuse(_ refusal: HTTP1Refusal, date: String, now: Duration) {
        let response = HTTPResponse.text(refusal.reason + "\n", refusal.status)
        let isHead = phase == .receivingBody && present.isHead
        append(now: now) {
            HTTP1ResponseWriter.append(response, to: &$0, date: date, keepsAlive: false, withoutBody: isHead)
        }
        linger(now: now)
    }

    private mutating func linger(now: Duration) {
        parser.discard()
        if peerEnded { close() } else { enter(.lingering, until: now + limits.lingerTimeout) }
    }

    private mutating func close() {
        enter(.closed(aborted: false), until: nil)
        parser.discard()
    }

    private mutating func enter(_ phase: Phase, until deadline: Duration?) {
        self.phase = phase
        phaseDeadline = deadline
    }

    private mutating func append(now: Duration, _ write: (inout [UInt8]) -> Void) {
        if unsentBytes == 0 { writeDeadline = now + limits.writeTimeout }
        write(&output)
    }
}
