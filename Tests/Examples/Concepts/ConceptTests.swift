import Millrace
import MillraceTesting
import Testing

/// What the pages in docs say of the handlers that they quote.
@Suite struct ConceptTests {
    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]
    let notes = Notes()

    private func app(_ crashes: TestApplication.Crashes = .never) throws -> TestApplication {
        try TestApplication(
            [Shipments(), Quotes(), Supplier(), Imports(notes: notes), Deliveries()], crashes: crashes)
    }

    // MARK: Waiting

    @Test(arguments: crashes) func signalsMayComeEarly(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let shipping = try app.start(Shipments.self, key: "s1") { $0.ship() }
        let change = AddressChange(invocation: shipping.id, address: "Paris")
        try app.call(Shipments.self, key: "s1") { $0.changeAddress(change) }
        #expect(try app.result(of: shipping) == nil)
        try app.signal("approved", to: shipping.id, true)
        #expect(try app.result(of: shipping) == "shipped to Paris")
    }

    @Test(arguments: crashes) func anyPassesOverFailures(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let quote = try app.start(Quotes.self) { $0.first(["closed", "slow"]) }
        #expect(try app.result(of: quote) == nil)
        try app.advance(by: .seconds(20))
        #expect(try app.result(of: quote) == 10)
        #expect(try app.call(Quotes.self) { $0.first(["slow", "quick"]) } == 12)
    }

    @Test(arguments: crashes) func allSettledSaysWhatBecameOfEach(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let quotes = try app.start(Quotes.self) { $0.all(["closed", "slow", "quick"]) }
        try app.advance(by: .seconds(20))
        #expect(try app.result(of: quotes) == ["closed for good", "10", "12"])
    }

    // MARK: Calls

    @Test(arguments: crashes) func callsCarryHeadersAndAreMadeOnce(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        for _ in 1...2 {
            let order = try app.call(Quotes.self, headers: [InvocationHeader("tenant", "acme")]) { $0.order("quick") }
            #expect(order == "order 1 of acme")
        }
    }

    @Test(arguments: crashes) func aKeyThatWaitsForItselfIsAnError(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let error = try #require(throws: TerminalError.self) {
            try app.call(Supplier.self, key: "quick") { $0.askMyself() }
        }
        #expect(error.code == TerminalError.conflict)
        #expect(error.message.hasPrefix("deadlock: Supplier/price of key 'quick' waits for inv_1"))
    }

    // MARK: Steps and errors

    @Test(arguments: crashes) func aStepCanSayWhenToComeAgain(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let load = try app.start(Imports.self) { $0.load() }
        try app.advance(by: .seconds(89))
        #expect(try crashes == .everywhere || app.result(of: load) == nil)
        try app.advance(by: .seconds(1))
        #expect(try app.result(of: load) == 42)
    }

    @Test(arguments: crashes) func stepsRunBesideEachOther(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        #expect(try app.call(Imports.self) { $0.loadAll(["a", "b", "c"]) } == 3)
    }

    @Test func exhaustionPausesOrKills() throws {
        let app = try app()
        let killed = try app.start(Deliveries.self) { $0.tryForDays() }
        try app.advance(by: .seconds(60))
        #expect(throws: TerminalError.self) { try app.result(of: killed) }

        let paused = try app.start(Deliveries.self) { $0.tryOnce() }
        #expect(try app.result(of: paused) == nil)
        let parked = try #require(app.parkedInvocations.first)
        #expect(parked.id == paused.id && parked.handler == "tryOnce")
        #expect(parked.lastError.contains("Unreachable"))
        try app.kill(paused.id)
        #expect(app.openInvocations.isEmpty)
    }

    // MARK: Journals

    @Test func aHandlerThatIsNotDeterministicIsFound() throws {
        let app = try app(.everywhere)
        try app.start(Imports.self) { $0.guess() }
        try app.advance(by: .seconds(5))
        let parked = try #require(app.parkedInvocations.first)
        #expect(parked.lastError.hasPrefix("[570] the journal has Sleep"), "\(parked.lastError)")
        #expect(parked.lastError.contains("the code has changed since, or is not deterministic"))
    }

    @Test func aJournalHasWhatWasDoneAndWhatHappened() throws {
        let app = try app()
        let quote = try app.start(Quotes.self) { $0.first(["closed", "slow"]) }
        let journal = try app.journal(of: quote.id)
        #expect(journal.count { $0.hasPrefix("Call") && $0.contains("Supplier") } == 2, "\(journal)")
    }

    @Test func sendsRecordsByTheirSubscription() throws {
        let app = try TestApplication(
            [Shipments()],
            subscriptions: [TestSubscription(to: Shipments.self, "ship", key: .header("shipment"), attempts: 1)])
        try app.send(
            record: [], headers: [SourceRecord.Header(name: "shipment", value: Array("s7".utf8))],
            to: "Shipments", "ship")
        #expect(app.openInvocations.map(\.key) == ["s7"])
        #expect(throws: TestError.self) {
            try TestApplication(
                [Shipments()], subscriptions: [TestSubscription(to: Shipments.self, "ship", key: .json("user.id"))])
        }
    }
}
