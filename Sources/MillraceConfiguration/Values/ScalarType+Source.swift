extension ScalarType<SubscriptionSource> {
    static var source: Self {
        ScalarType(
            name: "source",
            expected: "a source: kafka://CLUSTER/TOPIC, file:///PATH, file:RELATIVE-PATH or stdin"
        ) { text throws(Mismatch) in
            try refuseControlCharacters(text)
            if text == "stdin" || text == "stdin:" { return .standardInput }
            if text.hasPrefix("kafka://") { return try kafka(text) }
            if text.hasPrefix("file:") { return .file(path: try file(text)) }
            throw Mismatch(suggestion: nearestName(to: text, among: ["stdin"]))
        } write: {
            $0.description
        }
    }

    private static func kafka(_ text: String) throws(Mismatch) -> SubscriptionSource {
        let parts = text.dropFirst("kafka://".count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw Mismatch(detail: "after kafka:// come a cluster's name, '/' and one topic")
        }
        guard isKafkaName(parts[0]) else {
            throw Mismatch(detail: "a cluster's name is made of letters, digits, '.', '_' and '-'", offset: 8)
        }
        guard isKafkaName(parts[1]), parts[1].utf8.count <= 249, parts[1] != ".", parts[1] != ".." else {
            throw Mismatch(
                detail: "a topic's name is made of up to 249 letters, digits, '.', '_' and '-'",
                offset: 9 + parts[0].utf8.count)
        }
        return .kafka(cluster: String(parts[0]), topic: String(parts[1]))
    }

    private static func file(_ text: String) throws(Mismatch) -> String {
        var path = text.dropFirst("file:".count)
        if path.hasPrefix("//") {
            path = path.dropFirst(2)
            guard path.hasPrefix("/") else {
                throw Mismatch(detail: "an absolute path has three slashes", suggestion: "file:///\(path)")
            }
        }
        guard !path.isEmpty, !path.hasSuffix("/") else { throw Mismatch(detail: "the file's name is missing") }
        return String(path)
    }
}

/// Whether a text has only the characters that Kafka allows in a topic's name.
func isKafkaName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
        && text.unicodeScalars.allSatisfy {
            switch $0 {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
            default: false
            }
        }
}
