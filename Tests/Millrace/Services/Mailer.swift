public import Millrace

/// A service of another name than its type's, with inputs of its own and serdes of its own.
@Service(name: "mail")
public struct Mailer: Sendable {
    /// A message.
    public struct Letter: Codable, Sendable {
        let to: String
    }

    /// Letters as plain text.
    static let plain = Serde<Letter>(
        contentType: "text/plain", encode: { $1.append(contentsOf: $0.to.utf8) },
        decode: { try Letter(to: Serde<String>.text.decode($0)) })

    /// A service without a server.
    public init() {}

    @Handler func post(_ context: ServiceContext, _ letter: Self.Letter) async throws {
        context.send(to: Mailer.self).plainly(letter)
    }

    @Handler(input: Mailer.plain) func plainly(_ context: ServiceContext, _ letter: Letter) throws {
        context.send(to: EventEnricher.self, key: ObjectKey(letter.to)).copy([104, 105])
    }

    @Handler func `default`(_ context: Millrace.ServiceContext, _ _: [String: Int]) {}

    @Handler internal func tick(_: ServiceContext) async {}
}
