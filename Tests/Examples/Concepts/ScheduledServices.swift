import Millrace

/// Handlers that docs/schedules.md quotes.

@Service
struct Reports {
    let notes: Notes

    /// What the schedule gives along is the payload; which tick it is stands in the headers.
    @Handler func nightly(_ context: ServiceContext, _ request: ReportRequest) async throws {
        guard let tick = context.scheduleTick else { throw TerminalError("started by no schedule", code: 400) }
        let end = tick.milliseconds
        let start = end - Int64(request.days) * 86_400_000
        try await context.run("report") { _ = notes.add("report from \(start) to \(end)") }
    }
}

struct ReportRequest: Codable, Sendable {
    var days: Int
}
