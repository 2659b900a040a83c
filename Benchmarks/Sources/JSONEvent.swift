import Millrace

/// An event of ten fields, about 190 bytes as JSON; the same as in the comparison with Kafka Streams.
@JSON struct JSONEvent: Codable, Sendable {
    @JSON struct Position: Codable, Sendable {
        var lat: Double
        var lon: Double
    }

    var id: String
    var user: String
    var type: String
    var amount: Double
    var count: Int
    var flag: Bool
    var tags: [String]
    var at: Int64
    var note: String?
    var pos: Position

    /// The bytes of the event with that number.
    static func document(_ number: Int) -> [UInt8] {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        return Array(
            #"{"id":"0190f7a2-8a4e-7c11-b2c3-\#(padded)","user":"key-\#(padded)","type":"page-view","amount":\#(number % 1000).5,"count":\#(number % 10),"flag":true,"tags":["a","bb","ccc"],"at":1763899200000,"pos":{"lat":52.1,"lon":4.3}}"#
                .utf8)
    }
}

/// An event of 27 fields, about a kilobyte as JSON: what a shop's order looks like.
@JSON struct JSONOrder: Codable, Sendable {
    @JSON struct Address: Codable, Sendable {
        var street: String
        var city: String
        var postalCode: String
        var country: String
    }

    @JSON struct Line: Codable, Sendable {
        var sku: String
        var quantity: Int
        var price: Double
    }

    var id = "0190f7a2-8a4e-7c11-b2c3-000000004711"
    var user = "key-000000004711"
    var session = "c2Vzc2lvbi0wMDAwMDAwMDQ3MTE"
    var type = "order-placed"
    var status = "accepted"
    var currency = "EUR"
    var language = "de-DE"
    var channel = "web"
    var agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    var referrer =
        "https://shop.example.org/catalogue/summer/shoes?page=3&sort=price&order=descending&filter=in-stock&view=tiles"
    var campaign: String? = "summer-2026"
    var coupon: String?
    var note: String? = "Bitte klingeln, der Türöffner \"klemmt\""
    var subtotal = 249.97
    var shipping = 4.95
    var tax = 47.49
    var total = 302.41
    var weight = 3.25
    var count = 3
    var attempt = 1
    var placedAt: Int64 = 1_763_899_200_000
    var updatedAt: Int64 = 1_763_899_200_417
    var isGift = false
    var isFirstOrder = true
    var tags: [String] = ["summer", "returning", "newsletter"]
    var address: Address = .init(street: "Lindenallee 12", city: "Münster", postalCode: "48149", country: "DE")
    var lines: [Line] = [
        Line(sku: "SKU-0001-RED", quantity: 1, price: 99.99), Line(sku: "SKU-0815-BLUE", quantity: 2, price: 74.99),
        Line(sku: "SKU-4711-GREEN-XL", quantity: 12, price: 1.25),
    ]
}
