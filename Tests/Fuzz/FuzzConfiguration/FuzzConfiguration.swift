import FuzzSupport
import MillraceConfiguration

/// Any bytes are a configuration or have problems, each with a message, and no more of them than are shown.
@main
enum FuzzConfiguration: FuzzTarget {
    static func tryInput(_ input: [UInt8]) {
        let environment: Environment = ["NAME": "value", "EMPTY": "", "PORT": "8080", "YAML": "{ a: [1, 2] }"]
        switch ConfigurationReader.read(bytes: input, file: "fuzz.yaml", environment: environment) {
        case .success: break
        case .failure(let error):
            precondition(!error.problems.isEmpty, "refused without a problem")
            precondition(!error.description.isEmpty, "refused without a word")
        }
        _ = try? JSONPath(parsing: String(decoding: input, as: UTF8.self))
    }
}
