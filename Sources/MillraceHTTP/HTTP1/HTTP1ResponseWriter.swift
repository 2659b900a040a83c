/// Writes responses as HTTP/1.1 has them on the wire.
enum HTTP1ResponseWriter {
    /// Appends a response to `output`, or an error in its place where a header field cannot be written.
    ///
    /// - Parameter withoutBody: the answer to HEAD, which has the fields of the body but not the body.
    static func append(
        _ response: HTTPResponse, to output: inout [UInt8], date: String, keepsAlive: Bool, withoutBody: Bool = false
    ) {
        guard response.headers.fields.allSatisfy(isWritable) else {
            // A line end in a value would let whoever chose the value write a response of his own.
            let error = HTTPResponse.text(
                "a header field of the response has characters it cannot have\n", .internalServerError)
            return append(error, to: &output, date: date, keepsAlive: keepsAlive, withoutBody: withoutBody)
        }
        output.append(contentsOf: "HTTP/1.1 \(response.status.rawValue) \(response.status.reason)\r\n".utf8)
        for field in response.headers.fields {
            switch field.name {
            case "content-length", "transfer-encoding", "connection", "date": break
            default: append(field.name, field.value, to: &output)
            }
        }
        append("date", date, to: &output)
        if !keepsAlive { append("connection", "close", to: &output) }
        if !response.status.forbidsBody { append("content-length", String(response.body.count), to: &output) }
        output.append(contentsOf: "\r\n".utf8)
        if !withoutBody && !response.status.forbidsBody { output.append(contentsOf: response.body) }
    }

    private static func append(_ name: String, _ value: String, to output: inout [UInt8]) {
        output.append(contentsOf: name.utf8)
        output.append(contentsOf: ": ".utf8)
        output.append(contentsOf: value.utf8)
        output.append(contentsOf: "\r\n".utf8)
    }

    private static func isWritable(_ field: HTTPHeaders.Field) -> Bool {
        !field.name.isEmpty && field.name.utf8.allSatisfy(HTTP1Syntax.isToken)
            && field.value.utf8.allSatisfy(HTTP1Syntax.isValue)
    }
}
