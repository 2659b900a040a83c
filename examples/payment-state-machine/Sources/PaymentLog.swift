import Foundation

/// Where people see what happens.
protocol PaymentLog: Sendable {
    func say(_ text: String) async
}

struct PrintedLog: PaymentLog {
    func say(_ text: String) async { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }
}
