import Millrace
import MillraceTesting
import Testing

@testable import idempotent_reservation

@Suite struct IdempotentReservationTests {
    struct Mailbox: Customers {
        let notes: Notes
        func tell(_ customer: String, _ text: String) async throws { notes.add("\(customer): \(text)") }
    }

    let notes = Notes()

    private func app(_ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication(
            [Stock(initially: ["lamp": 1]), ReservationDesk(customers: Mailbox(notes: notes))], crashes: crashes)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func aRepeatedRequestGetsTheFirstAnswer(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let request = ReservationRequest(id: "r1", article: "lamp", customer: "ada")
        for _ in 1...3 {
            #expect(try app.call(ReservationDesk.self) { $0.request(request) } == "number 1 of lamp is yours")
        }
        #expect(try app.call(Stock.self, key: "lamp") { $0.left() } == 0)
        #expect(try app.state(of: Stock.self, key: "lamp", .reserved) == 1)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func aRefusalIsAnAnswerToo(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let requests = (1...2).map { ReservationRequest(id: "r\($0)", article: "lamp", customer: "c\($0)") }
        for request in requests { try app.send(record: request, to: ReservationDesk.self, "request") }
        for request in requests { try app.send(record: request, to: ReservationDesk.self, "request") }
        #expect(notes.distinct == ["c1: number 1 of lamp is yours", "c2: lamp is sold out"])
        #expect(app.failures == [])
    }

    @Test func theSameNameIsAnotherRequestForAnotherArticle() throws {
        let app = try TestApplication([
            Stock(initially: ["lamp": 1, "chair": 1]), ReservationDesk(customers: Mailbox(notes: notes)),
        ])
        for article in ["lamp", "chair"] {
            let request = ReservationRequest(id: "same", article: article, customer: "ada")
            #expect(try app.call(ReservationDesk.self) { $0.request(request) } == "number 1 of \(article) is yours")
        }
    }

    @Test func aResultIsForgottenAfterItsTime() throws {
        let app = try TestApplication([Stock(initially: ["lamp": 5])])
        #expect(try app.call(Stock.self, key: "lamp", idempotencyKey: "r1") { $0.reserve() } == 1)
        #expect(try app.call(Stock.self, key: "lamp", idempotencyKey: "r1") { $0.reserve() } == 1)
        try app.advance(by: .seconds(24 * 3600 + 1))
        #expect(try app.call(Stock.self, key: "lamp", idempotencyKey: "r1") { $0.reserve() } == 2)
    }
}
