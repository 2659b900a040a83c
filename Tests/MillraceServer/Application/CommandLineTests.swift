import Testing

@testable import MillraceServer

@Suite struct CommandLineTests {
    @Test(arguments: ["--help", "-h"])
    func helpGoesToStandardOutput(option: String) {
        let outcome = MillraceApplication.counting.outcome(option)
        #expect(outcome.code == .success)
        #expect(outcome.output.hasPrefix("counting 2.1, durable services on Millrace: Counter, Notifier.\n"))
        for word in ["run ", "check ", "--config FILE", "--help", "--version", "--until-done", "Exit codes: 0", "78"] {
            #expect(outcome.output.contains(word), "\(word) in the help")
        }
        #expect(outcome.errors == "")
    }

    @Test func theVersionNamesBothVersions() {
        let outcome = MillraceApplication.counting.outcome("--version")
        #expect(outcome.code == .success)
        #expect(outcome.output == "counting 2.1 (Millrace \(MillraceApplication.millraceVersion))\n")
    }

    @Test func aWrongCommandLineGoesToStandardErrorAndShowsTheWay() {
        let outcome = MillraceApplication.counting.outcome("chek")
        #expect(outcome.code == .usage)
        #expect(outcome.code.rawValue == 2)
        #expect(
            outcome.errors == """
                counting: there is no command 'chek'; did you mean 'check'?
                Try 'counting --help'.

                """)
        #expect(outcome.output == "")
    }

    @Test func aCommandOfTheApplicationsOwnIsRun() throws {
        struct Broken: Error, CustomStringConvertible { let description = "it broke" }
        let commands = ["fine", "usage", "broken"].map { name in
            ApplicationCommand(CommandDefinition(name: name, abstract: "Does \(name).")) { _, _, console in
                if name == "usage" { throw UsageError("not like that") }
                if name == "broken" { throw Broken() }
                console.print("done\n")
                return .success
            }
        }
        let application = MillraceApplication(name: "own", version: "1", services: [Counter()], commands: commands)
        #expect(application.outcome("fine").output == "done\n")
        #expect(application.outcome("usage").code == .usage)
        let broken = application.outcome("broken")
        #expect(broken.code == .failure)
        #expect(broken.errors == "own: it broke\n")
    }
}
