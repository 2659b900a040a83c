import Millrace
import MillraceTesting
import Testing

@testable import reservation_saga

@Suite struct ReservationSagaTests {
    struct Bank: CardPayments {
        let notes: Notes

        func charge(_ card: String, _ price: Int, trip: String) async throws {
            notes.add("charge \(trip)")
            if card == "refused" { throw TerminalError("the card is refused", code: 402) }
            if card == "unreachable" { throw Unreachable() }
        }
        func refund(trip: String) async throws { notes.add("refund \(trip)") }
        func tell(_ text: String) async throws { notes.add(text) }
        struct Unreachable: Error {}
    }

    let notes = Notes()

    private func app(_ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication([Trips(payments: Bank(notes: notes)), Seats(seats: 1), Cars()], crashes: crashes)
    }

    private func trip(_ id: String, card: String = "good", car: String = "B-1", flight: String = "LH1") -> Trip {
        Trip(id: id, flight: flight, car: car, card: card, price: 300)
    }

    private func reserved(_ app: TestApplication) throws -> [String] {
        (try app.state(of: Seats.self, key: "LH1", .trips) ?? [])
            + [try app.state(of: Cars.self, key: "B-1", .trip)].compactMap { $0 }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func booksAll(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        #expect(try app.call(Trips.self) { $0.book(trip("t1")) } == .booked)
        #expect(try reserved(app) == ["t1", "t1"])
        #expect(notes.distinct == ["charge t1", "t1 is booked"])
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func undoesAllWhereTheCardIsRefused(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let booking = try app.call(Trips.self) { $0.book(trip("t1", card: "refused")) }
        #expect(booking == .refused("the card is refused"))
        #expect(try reserved(app) == [])
        #expect(notes.distinct == ["charge t1", "refund t1", "t1 is not booked: the card is refused"])
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func undoesWhatWasDoneBeforeOnly(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        #expect(try app.call(Trips.self) { $0.book(trip("t1", flight: "LH2")) } == .booked)
        #expect(try app.call(Trips.self) { $0.book(trip("t2")) } == .refused("car B-1 is taken"))
        #expect(try reserved(app) == ["t1"])
        #expect(notes.count(of: "charge t2") == 0)
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func givesUpAStepThatNeverWorks(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let booking = try app.start(Trips.self) { $0.book(trip("t1", card: "unreachable")) }
        try app.advance(by: .seconds(60))
        guard case .refused(let reason) = try app.result(of: booking) else {
            Issue.record("\(app.failures) \(app.openInvocations)")
            return
        }
        #expect(reason.contains("failed 3 times"))
        #expect(try reserved(app) == [])
        if crashes == .never { #expect(notes.count(of: "charge t1") == 3) }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func undoesWhereItIsCancelled(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let booking = try app.start(Trips.self) { $0.book(trip("t1", card: "unreachable")) }
        #expect(try reserved(app) == ["t1", "t1"])
        try app.cancel(booking.id)
        try app.advance(by: .seconds(60))
        guard case .refused = try app.result(of: booking) else {
            Issue.record("\(app.failures) \(app.openInvocations)")
            return
        }
        #expect(try reserved(app) == [])
    }
}
