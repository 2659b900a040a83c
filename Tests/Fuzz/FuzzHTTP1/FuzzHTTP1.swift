import FuzzSupport

@testable import MillraceHTTP

/// The requests in a stream of bytes, or its refusal, are the same however the network cuts the stream.
@main
enum FuzzHTTP1: FuzzTarget {
    /// The first byte says into pieces of which size the others are cut.
    static func tryInput(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let stream = input[1...]
        let whole = transcript(stream, piece: stream.count)
        let cut = transcript(stream, piece: 1 + Int(first) % 32)
        precondition(whole == cut, "whole: \(whole)\ncut: \(cut)")
    }

    private static func transcript(_ stream: ArraySlice<UInt8>, piece: Int) -> [String] {
        var parser = HTTP1RequestParser(limits: HTTP1Limits())
        var lines: [String] = []
        var body: [UInt8] = []
        var rest = stream
        do throws(HTTP1Refusal) {
            while !rest.isEmpty {
                let part = rest.prefix(piece)
                parser.append(part.span)
                rest = rest.dropFirst(piece)
                while let event = try parser.next() {
                    switch event {
                    case .head(let head): lines.append("\(head)")
                    case .body(let bytes): body += bytes
                    case .end:
                        lines.append("\(body)")
                        body = []
                    }
                }
            }
        } catch {
            lines.append("\(error)")
        }
        return lines
    }
}
