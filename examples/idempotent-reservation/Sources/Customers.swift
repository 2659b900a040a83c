import Foundation

/// How customers learn of things.
protocol Customers: Sendable {
    func tell(_ customer: String, _ text: String) async throws
}

/// A stand-in that prints.
struct PrintedCustomers: Customers {
    func tell(_ customer: String, _ text: String) async throws {
        FileHandle.standardOutput.write(Data("to \(customer): \(text)\n".utf8))
    }
}
