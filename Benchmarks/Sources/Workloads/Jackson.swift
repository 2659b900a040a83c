import Glibc

/// Jackson on the same documents, in the same run, where a JVM and its libraries are at hand.
enum Jackson {
    /// Where the libraries are: the variable `MILLRACE_PEER_JACKSON` (a Java class path), or beside the repository.
    private static var classPath: String {
        if let set = unsafe getenv("MILLRACE_PEER_JACKSON") { return unsafe String(cString: set) }
        return "../shared/kafka/lib/*"
    }

    /// CPU microseconds that Jackson takes to read or to write a document when it is warm; `nil` where it cannot be run.
    ///
    /// - Parameters:
    ///   - operation: `decode` or `encode`.
    ///   - type: `event` or `order`.
    static func microseconds(_ operation: String, _ type: String, _ document: [UInt8], count: Int) -> Double? {
        let file = "\(Bench.base)/document.json"
        guard let output = unsafe fopen(file, "w") else { return nil }
        unsafe fwrite(document, 1, document.count, output)
        unsafe fclose(output)
        let command = """
            command -v java >/dev/null && java -Xmx1g -cp '\(classPath)' Benchmarks/Jackson/JacksonCoders.java \
            \(operation) \(type) '\(file)' \(count) 2>/dev/null
            """
        guard let pipe = unsafe popen(command, "r") else { return nil }
        var buffer = [CChar](repeating: 0, count: 256)
        let line = unsafe fgets(&buffer, 256, pipe) != nil
        let status = unsafe pclose(pipe)
        guard line, status == 0 else {
            say(
                "bench: Jackson is left out: there is no JVM, or not its libraries at '\(classPath)' (MILLRACE_PEER_JACKSON)"
            )
            return nil
        }
        return Double(
            String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
