import Millrace
import Testing

@Suite("A generated SendClient")
struct SendClientTests {
    let scope = FakeScope(key: "sender")
    var context: ObjectContext { ObjectContext(scope.handle) }

    @Test func sendsWhatTheHandlerReads() {
        let client = context.send(to: EventEnricher.self, key: "user-1")
        client.userEvent(UserEvent(name: "Ada"))
        client.merge(with: Feature(feature: "x"))
        client.merge(with: nil)
        client.raw(bytes: [0x68])
        client.copy([0x69])
        client.emit()
        #expect(scope.sent.map(\.handler) == ["userEvent", "feature", "feature", "raw", "copy", "emit"])
        #expect(scope.sent.map(\.payload) == [#"{"name":"Ada"}"#, #"{"feature":"x"}"#, "", "h", "i", ""])
        #expect(scope.sent.allSatisfy { $0.service == "EventEnricher" && $0.key == "user-1" })
    }

    @Test func returnsTheIDOfADelayedSend() throws {
        let id = try #require(context.send(to: EventEnricher.self, key: "k", after: .seconds(2)).emit())
        #expect(id.dueMilliseconds == 2_000)
        #expect(scope.sent.map(\.delayMilliseconds) == [2_000])
    }

    @Test func roundsDelaysUpToMillisecondsAndNeverBelowZero() {
        context.send(to: Mailer.self, after: .microseconds(1)).tick()
        context.send(to: Mailer.self, after: .seconds(-1)).tick()
        #expect(scope.sent.map(\.delayMilliseconds) == [1, 0])
    }

    @Test func failsTheInvocationWhereAValueHasNoBytes() throws {
        #expect(context.send(to: Meter.self, key: "m").read(.infinity) == nil)
        #expect(scope.sent.isEmpty)
        let error = try #require(scope.failures.first as? SerdeError)
        #expect(error.description.contains("Double could not be written"))
    }
}

/// Takes values that JSON cannot hold.
@VirtualObject
private struct Meter {
    @Handler func read(_ context: ObjectContext, _ value: Double) {}
}
