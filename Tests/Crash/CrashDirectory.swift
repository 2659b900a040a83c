import TestKit

/// Where a crash test keeps what is its own.
extension TemporaryDirectory {
    var data: String { path + "/data" }
    var log: String { path + "/log" }
}
