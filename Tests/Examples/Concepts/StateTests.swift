import Millrace
import MillraceTesting
import Testing

/// What the page on state says.
@Suite struct StateTests {
    @Test(arguments: ConceptTests.crashes) func aLoginLastsHalfAnHour(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([Visitors()], crashes: crashes)
        try app.call(Visitors.self, key: "v1") { $0.visit("Ada") }
        try app.advance(by: .seconds(1700))
        try app.call(Visitors.self, key: "v1") { $0.visit("Ada") }
        try app.advance(by: .seconds(1700))
        #expect(try app.call(Visitors.self, key: "v1") { $0.whoIsIn() } == "Ada")
        try app.advance(by: .seconds(130))
        #expect(try app.call(Visitors.self, key: "v1") { $0.whoIsIn() } == nil)
        #expect(try app.state(of: Visitors.self, key: "v1", .profile)?.visits == 2)
        try app.call(Visitors.self, key: "v1") { $0.forget() }
        #expect(try app.state(of: "Visitors", key: "v1").isEmpty)
    }

    @Test(arguments: ConceptTests.crashes) func aCartLastsThirtyDays(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([ShoppingCart()], crashes: crashes)
        try app.call(ShoppingCart.self, key: "c") { $0.add("apple") }
        try app.advance(by: .seconds(29 * 24 * 3600))
        #expect(try app.state(of: ShoppingCart.self, key: "c", StateKey<Int>("apple")) == 1)
        try app.advance(by: .seconds(2 * 24 * 3600))
        #expect(try app.state(of: "ShoppingCart", key: "c").isEmpty)
    }
}
