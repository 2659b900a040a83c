import Testing

/// The example's handlers, on the engine, by the example's own configuration, with a disk, a clock and a log of the test's.
@Suite struct EventEnricherTests {
    @Test func emitsAtTheEndOfTheBoxWhatWasCollectedInOrder() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.feature("u1", "search")
        try enricher.advance(60)
        try enricher.feature("u1", "export")
        try enricher.advance(39)
        #expect(enricher.enriched.isEmpty)
        try enricher.advance(1)
        #expect(enricher.enriched == [.init(key: "u1", userID: "u1", name: "Ada", features: ["search", "export"])])
    }

    @Test func emitsOnce() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.advance(100)
        try enricher.advance(10_000)
        #expect(enricher.enriched.count == 1)
    }

    @Test func aUserEventAloneIsEmittedWithoutFeatures() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.advance(100)
        #expect(enricher.enriched == [.init(key: "u1", userID: "u1", name: "Ada", features: [])])
    }

    @Test func featuresWithoutAUserEventWaitForOne() throws {
        let enricher = try Enricher()
        try enricher.feature("u1", "search")
        try enricher.feature("u1", "export")
        try enricher.advance(3_600_000)
        #expect(enricher.enriched.isEmpty)
        try enricher.user("u1", "Ada")
        try enricher.advance(100)
        #expect(enricher.enriched == [.init(key: "u1", userID: "u1", name: "Ada", features: ["search", "export"])])
    }

    @Test func nothingOfABoxIsLeftForTheNextOne() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.feature("u1", "search")
        try enricher.advance(100)
        try enricher.feature("u1", "undo")
        try enricher.advance(1000)
        try enricher.user("u1", "Ada Lovelace")
        try enricher.advance(100)
        #expect(
            enricher.enriched == [
                .init(key: "u1", userID: "u1", name: "Ada", features: ["search"]),
                .init(key: "u1", userID: "u1", name: "Ada Lovelace", features: ["undo"]),
            ])
    }

    /// The first box's end takes everything, so that there is nothing left at the second one's.
    @Test func aSecondUserEventInTheBoxEmitsNothingOfItsOwnWhereNothingCame() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.advance(50)
        try enricher.feature("u1", "search")
        try enricher.user("u1", "Ada Lovelace")
        try enricher.advance(50)
        try enricher.advance(1000)
        #expect(
            enricher.enriched == [.init(key: "u1", userID: "u1", name: "Ada Lovelace", features: ["search"])])
    }

    @Test func aSecondBoxEmitsWhatCameAfterTheFirstOne() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.advance(50)
        try enricher.user("u1", "Ada")
        try enricher.advance(50)
        try enricher.feature("u1", "late")
        try enricher.advance(50)
        #expect(
            enricher.enriched == [
                .init(key: "u1", userID: "u1", name: "Ada", features: []),
                .init(key: "u1", userID: "u1", name: nil, features: ["late"]),
            ])
    }

    @Test func usersHaveBoxesOfTheirOwn() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.advance(40)
        try enricher.user("u2", "Grace")
        try enricher.feature("u2", "search")
        try enricher.feature("u1", "export")
        try enricher.advance(60)
        #expect(enricher.enriched.map(\.key) == ["u1"])
        try enricher.advance(40)
        #expect(
            enricher.enriched == [
                .init(key: "u1", userID: "u1", name: "Ada", features: ["export"]),
                .init(key: "u2", userID: "u2", name: "Grace", features: ["search"]),
            ])
    }

    /// What is open when the process dies goes on where it was.
    @Test func aBoxSurvivesACrash() throws {
        let enricher = try Enricher()
        try enricher.user("u1", "Ada")
        try enricher.feature("u1", "search")
        let restarted = try enricher.crash()
        try restarted.feature("u1", "export")
        try restarted.advance(99)
        #expect(restarted.enriched.isEmpty)
        try restarted.advance(1)
        #expect(restarted.enriched == [.init(key: "u1", userID: "u1", name: "Ada", features: ["search", "export"])])
    }
}
