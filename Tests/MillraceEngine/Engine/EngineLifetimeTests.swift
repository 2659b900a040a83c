import Millrace
import MillraceStore
import MillraceTesting
import Testing

@testable import MillraceEngine

/// An engine that nobody has any more takes no memory: a program may have one after the other.
struct EngineLifetimeTests {
    private final class Weak { weak var object: AnyObject? }

    /// - Parameter steps: as many for each record.
    private func run(steps: Int) throws -> [Weak] {
        let service = ServiceDefinition(
            name: "Object", kind: .virtualObject,
            handlers: [
                .suspending("run", ObjectContext.init) { context in
                    for step in 0..<steps { try await context.run("step \(step)") {} }
                }
            ])
        let disk = SimulatedDisk()
        let harness = try EngineHarness(disk: disk, services: [service], handler: ("Object", "run"))
        try harness.start()
        harness.deliver((0..<100).map { ($0, "key \($0)", "value") })
        harness.waitUntilIdle()
        harness.stop()
        let objects: [AnyObject] = [disk, harness.engine, harness.engine.intakes[0]]
        return objects.map { object in
            let weak = Weak()
            weak.object = object
            return weak
        }
    }

    @Test(arguments: [0, 2]) func isGoneAfterItsStop(steps: Int) throws {
        // The disk is what every shard has.
        for weak in try run(steps: steps) { #expect(weak.object == nil) }
    }

    /// With records on their way that nobody will take any more, as after a failure.
    @Test func isGoneWithRecordsOnTheirWay() throws {
        let weak = Weak()
        do {
            let service = ServiceDefinition(
                name: "Object", kind: .virtualObject, handlers: [.suspending("run", ObjectContext.init) { _ in }])
            let harness = try SteppedHarness([service])
            harness.deliver(["a record"], key: "k")
            weak.object = harness.engine.intakes[0]
        }
        #expect(weak.object == nil)
    }
}
