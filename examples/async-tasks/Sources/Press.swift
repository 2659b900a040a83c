import Foundation

/// What does the work.
protocol Press: Sendable {
    func render(page: Int, of task: String) async throws -> String
    func mail(_ document: RenderedDocument, to customer: String) async throws
}

/// A stand-in that takes a moment for each page, and prints what it mails.
struct PrintedPress: Press {
    func render(page: Int, of task: String) async throws -> String {
        try await Task.sleep(for: .milliseconds(50))
        return "\(task)-\(page)"
    }

    func mail(_ document: RenderedDocument, to customer: String) async throws {
        let pages = document.pages.joined(separator: " ")
        FileHandle.standardOutput.write(Data("mail to \(customer): \(pages)\n".utf8))
    }
}
