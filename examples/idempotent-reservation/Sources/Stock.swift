import Millrace

/// What is left of an article; the key is the article.
@VirtualObject
struct Stock {
    /// How many there are of each article before the first is reserved.
    let initially: [String: Int]

    /// Reserves one, and returns its number.
    ///
    /// It need not know whether it was asked before: callers give the request's id as idempotency key, and get the first answer
    /// again, the failure too.
    @Handler func reserve(_ context: ObjectContext) async throws -> Int {
        let left = try context.get(.left) ?? initially[context.key.text] ?? 0
        guard left > 0 else { throw TerminalError("\(context.key) is sold out", code: TerminalError.conflict) }
        let number = (try context.get(.reserved) ?? 0) + 1
        context.set(.left, left - 1)
        context.set(.reserved, number)
        return number
    }

    @Handler func left(_ context: SharedObjectContext) throws -> Int {
        try context.get(.left) ?? initially[context.key.text] ?? 0
    }
}

/// Takes requests of customers, who press the button twice and whose browsers try again.
@Service
struct ReservationDesk {
    let customers: any Customers

    @Handler func request(_ context: ServiceContext, _ request: ReservationRequest) async throws -> String {
        let call = context.call(to: Stock.self, key: ObjectKey(request.article), idempotencyKey: request.id)
        let answer: String
        do {
            answer = "number \(try await call.reserve().value) of \(request.article) is yours"
        } catch let error as TerminalError where error.code == TerminalError.conflict {
            answer = error.message
        }
        try await context.run("tell") { try await customers.tell(request.customer, answer) }
        return answer
    }
}

extension StateKey<Int> {
    static var left: Self { Self("left") }
    static var reserved: Self { Self("reserved") }
}

/// A record of the topic `reservations`. The id is the customer's side's, the same for each repetition.
@JSON struct ReservationRequest: Codable, Sendable {
    var id: String
    var article: String
    var customer: String
}
