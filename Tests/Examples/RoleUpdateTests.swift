import Millrace
import MillraceTesting
import Testing

@testable import role_update

/// Each once without crashes, and once with a crash after every turn, where the handler is replayed from each entry of its journal.
@Suite struct RoleUpdateTests {
    struct Directory: UserDirectory {
        let notes: Notes
        /// How often each permission fails first.
        var failures = 0

        func setRole(_ role: String, of user: String) async throws -> String {
            notes.add("\(user) is \(role)")
            return "guest"
        }

        func allow(_ permission: String, to user: String) async throws {
            if permission == "delete *" { throw TerminalError("never", code: 403) }
            if notes.add("\(user) may \(permission)") <= failures { throw Busy() }
        }
        struct Busy: Error {}
    }

    let notes = Notes()
    let update = RoleUpdate(user: "ada", role: "editor", permissions: ["read", "write"])

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func doesEachStepInOrder(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([RoleUpdates(directory: Directory(notes: notes))], crashes: crashes)
        #expect(try app.call(RoleUpdates.self) { $0.apply(update) } == .applied)
        #expect(notes.distinct == ["ada is editor", "ada may read", "ada may write"])
        if crashes == .never { #expect(notes.lines.count == 3) }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func doesNotRepeatWhatWasDoneBeforeAFailure(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([RoleUpdates(directory: Directory(notes: notes, failures: 2))], crashes: crashes)
        let applying = try app.start(RoleUpdates.self) { $0.apply(update) }
        #expect(try app.result(of: applying) == nil)
        try app.advance(by: .seconds(60))
        #expect(try app.result(of: applying) == .applied)
        if crashes == .never {
            #expect(notes.count(of: "ada is editor") == 1)
            #expect(notes.count(of: "ada may read") == 3)
        }
    }

    @Test(arguments: [TestApplication.Crashes.never, .everywhere])
    func takesTheRoleBackWhereAPermissionIsRefused(crashes: TestApplication.Crashes) throws {
        let app = try TestApplication([RoleUpdates(directory: Directory(notes: notes))], crashes: crashes)
        let update = RoleUpdate(user: "mallory", role: "root", permissions: ["read", "delete *"])
        try app.send(record: update, to: RoleUpdates.self, "apply")
        #expect(notes.distinct == ["mallory is root", "mallory may read", "mallory is guest"])
        #expect(app.openInvocations.isEmpty)
    }
}
