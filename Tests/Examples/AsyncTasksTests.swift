import Millrace
import MillraceTesting
import Testing

@testable import async_tasks

@Suite struct AsyncTasksTests {
    struct QuietPress: Press {
        let notes: Notes
        var failures = 0

        func render(page: Int, of task: String) async throws -> String {
            if notes.add("\(task) page \(page)") <= failures { throw PaperJam() }
            return "\(task)-\(page)"
        }
        func mail(_ document: RenderedDocument, to customer: String) async throws {
            notes.add("mail to \(customer): \(document.pages.joined(separator: " "))")
        }
        struct PaperJam: Error {}
    }

    let notes = Notes()

    private func app(_ crashes: TestApplication.Crashes, failures: Int = 0) throws -> TestApplication {
        let press = QuietPress(notes: notes, failures: failures)
        return try TestApplication([Renderer(press: press), RenderDesk(press: press)], crashes: crashes)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func handsOneResultToAllWhoAsk(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes, failures: 1)
        let task = RenderTask(id: "report", pages: 3)
        let first = try app.call(RenderDesk.self) { $0.submit(task) }
        let second = try app.call(RenderDesk.self) { $0.submit(task) }
        #expect(first != nil && first == second)
        #expect(try app.call(RenderDesk.self) { $0.isReady("report") } == false)

        let early = try app.start(RenderDesk.self) { $0.deliver(Delivery(task: "report", customer: "ada")) }
        #expect(try app.result(of: early) == nil)
        try app.advance(by: .seconds(60))
        #expect(try app.result(of: early) == "mailed")
        #expect(try app.call(RenderDesk.self) { $0.isReady("report") })
        #expect(
            try app.call(RenderDesk.self) { $0.deliver(Delivery(task: "report", customer: "grace")) } == "mailed")
        #expect(notes.count(of: "mail to ada: report-1 report-2 report-3") >= 1)
        #expect(notes.count(of: "mail to grace: report-1 report-2 report-3") >= 1)
        if crashes == .never { #expect(notes.count(of: "report page 2") == 2) }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func waitsForATaskThatComesLater(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let delivery = try app.start(RenderDesk.self) { $0.deliver(Delivery(task: "poster", customer: "ada")) }
        try app.advance(by: .seconds(2))
        #expect(try app.result(of: delivery) == nil)
        _ = try app.call(RenderDesk.self) { $0.submit(RenderTask(id: "poster", pages: 1)) }
        try app.advance(by: .seconds(1))
        #expect(try app.result(of: delivery) == "mailed")
    }

    @Test func givesUpWhereTheTaskNeverComes() throws {
        let app = try app(.never)
        let delivery = try app.start(RenderDesk.self) { $0.deliver(Delivery(task: "poster", customer: "ada")) }
        try app.advance(by: .seconds(10))
        #expect(try app.result(of: delivery) == "never submitted")
    }
}
