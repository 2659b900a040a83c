@testable import MillraceHTTP

/// What a parser made of some bytes.
struct ParserTranscript: Equatable, CustomStringConvertible {
    struct Request: Equatable {
        var head: HTTP1HeadParser.Head
        var body: [UInt8] = []
        var isComplete = false
    }
    var requests: [Request] = []
    var refusal: HTTP1Refusal?
    var isInsideRequest = false

    /// Feeds the bytes in pieces that end at `cuts` and at the end.
    init(_ bytes: [UInt8], cuts: [Int] = [], limits: HTTP1Limits = HTTP1Limits()) {
        var parser = HTTP1RequestParser(limits: limits)
        var start = 0
        for cut in cuts + [bytes.count] {
            parser.append(bytes.span.extracting(start..<cut))
            start = cut
            do throws(HTTP1Refusal) {
                while let event = try parser.next() {
                    switch event {
                    case .head(let head): requests.append(Request(head: head))
                    case .body(let piece): requests[requests.count - 1].body += piece
                    case .end: requests[requests.count - 1].isComplete = true
                    }
                }
            } catch {
                refusal = error
                return
            }
        }
        isInsideRequest = parser.isInsideRequest
    }

    init(_ text: String, limits: HTTP1Limits = HTTP1Limits()) { self.init(Array(text.utf8), limits: limits) }

    var description: String {
        requests.map { "\($0.head.request.method) \($0.head.request.path) \($0.body.count)\($0.isComplete ? "" : "…")" }
            .joined(separator: ", ") + (refusal.map { " ✘ \($0)" } ?? "")
    }
}
