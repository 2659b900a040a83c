internal import Glibc

extension ScalarType<String> {
    /// A numeric IP address, version 4 or 6.
    static var address: Self {
        ScalarType(name: "IP address", expected: "an IP address such as 127.0.0.1, 0.0.0.0 or ::1") {
            text throws(Mismatch) in
            var bytes = (UInt64(0), UInt64(0))
            let isAddress =
                unsafe inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1
            guard isAddress else { throw Mismatch(suggestion: text == "localhost" ? "127.0.0.1" : nil) }
            return text
        } write: {
            $0
        }
    }
}
