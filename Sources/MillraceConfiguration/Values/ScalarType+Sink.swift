extension ScalarType<SubscriptionSink> {
    static var sink: Self {
        ScalarType(name: "sink", expected: "a sink: service://SERVICE/HANDLER") { text throws(Mismatch) in
            try refuseControlCharacters(text)
            guard text.hasPrefix("service://") else {
                let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                let isBare = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
                throw Mismatch(suggestion: isBare ? "service://\(text)" : nil)
            }
            let parts = text.dropFirst("service://".count).split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw Mismatch(detail: "after service:// come a service's name, '/' and a handler's name")
            }
            return SubscriptionSink(service: String(parts[0]), handler: String(parts[1]))
        } write: {
            $0.description
        }
    }
}
