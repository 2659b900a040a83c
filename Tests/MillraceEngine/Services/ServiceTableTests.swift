import Millrace
import Testing

@testable import MillraceEngine

struct ServiceTableTests {
    private func service(_ name: String, _ handlers: [String] = ["run"]) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .virtualObject,
            handlers: handlers.map { .direct($0, ObjectContext.init) { (_: ObjectContext) in } })
    }

    @Test func findsHandlersByName() throws {
        let table = try ServiceTable([service("A", ["x", "y"]), service("B", ["x"])])
        #expect(table.find(service: "A", handler: "y")?.index == 1)
        #expect(table.find(service: "B", handler: "x")?.index == 2)
        #expect(table.find(service: "B", handler: "y") == nil)
        #expect(table.find(service: "C", handler: "x") == nil)
    }

    @Test func refusesWhatCannotBeToldApartOrNamed() {
        #expect(throws: ServiceTableError.duplicateService("A")) { try ServiceTable([service("A"), service("A")]) }
        #expect(throws: ServiceTableError.duplicateHandler(service: "A", handler: "x")) {
            try ServiceTable([service("A", ["x", "x"])])
        }
        let long = String(repeating: "n", count: 256)
        for name in ["", long] {
            #expect(throws: ServiceTableError.badName(name)) { try ServiceTable([service(name)]) }
            #expect(throws: ServiceTableError.badName(name)) { try ServiceTable([service("A", [name])]) }
        }
        #expect(throws: Never.self) { try ServiceTable([service(String(long.dropLast()))]) }
    }
}
