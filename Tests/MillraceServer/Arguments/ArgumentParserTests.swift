import Testing

@testable import MillraceServer

@Suite struct ArgumentParserTests {
    private let parser = ArgumentParser(
        program: "p", abstract: "A program.",
        commands: [
            CommandDefinition(
                name: "run", abstract: "Runs.",
                arguments: [
                    .option("config", short: "c", "FILE", help: "The file."), .flag("until-done", help: "Ends."),
                ]),
            CommandDefinition(
                name: "check", abstract: "Checks.",
                arguments: [.option("config", short: "c", "FILE", help: "The file.")]),
            CommandDefinition(
                name: "quickstart", aliases: ["--quickstart"], abstract: "Shows.",
                arguments: [.option("users", "N", help: "How many.")]),
        ], discussion: "More.")

    @Test func theFirstCommandIsMeantWhereNoneIsTyped() throws {
        #expect(try parser.parse([]) == ParsedArguments(command: "run"))
        #expect(try parser.parse(["--until-done"]) == ParsedArguments(command: "run", flags: ["until-done"]))
    }

    @Test(arguments: [
        ["check", "--config", "x"], ["--config", "x", "check"], ["--config=x", "check"], ["check", "-c", "x"],
        ["-c", "x", "check"], ["check", "--config", "y", "--config", "x"],
    ])
    func theCommandMayStandAnywhere(arguments: [String]) throws {
        #expect(try parser.parse(arguments) == ParsedArguments(command: "check", values: ["config": "x"]))
    }

    @Test func aValueMayLookLikeACommand() throws {
        #expect(
            try parser.parse(["--config", "check"]) == ParsedArguments(command: "run", values: ["config": "check"]))
    }

    @Test func anAliasIsACommand() throws {
        #expect(try parser.parse(["--quickstart"]).command == "quickstart")
        #expect(try parser.parse(["--quickstart", "--users", "3"]).values == ["users": "3"])
    }

    @Test(arguments: [
        (["chekc"], "there is no command 'chekc'; did you mean 'check'?"),
        (["zzzzzz"], "there is no command 'zzzzzz'; the commands are run, check, quickstart"),
        (["run", "check"], "'check' is one command too many, after 'run'"),
        (["--confg", "x"], "there is no option '--confg'; did you mean '--config'?"),
        (["--zzzzzzz"], "there is no option '--zzzzzzz'; the options are --config, --until-done, --help, --version"),
        (["check", "--until-done"], "--until-done is an option of 'run', not of 'check'"),
        (["--config"], "--config needs a value: --config FILE"),
        (["--config", "--until-done"], "--config needs a value: --config FILE"),
        (["--until-done=yes"], "--until-done takes no value"),
    ])
    func whatCannotBeUnderstoodIsSaid(arguments: [String], message: String) {
        #expect(throws: UsageError(message)) { try parser.parse(arguments) }
    }

    @Test func numbersHaveARange() throws {
        let parsed = try parser.parse(["quickstart", "--users", "7"])
        #expect(try parsed.integer("users", in: 1...9, default: 3) == 7)
        #expect(try parsed.integer("other", in: 1...9, default: 3) == 3)
        for text in ["0", "10", "x", "", "1.5"] {
            let parsed = try parser.parse(["quickstart", "--users=\(text)"])
            #expect(throws: UsageError("--users needs a whole number from 1 to 9, not '\(text)'")) {
                try parsed.integer("users", in: 1...9, default: 3)
            }
        }
    }

    @Test func theHelpNamesEveryCommandAndOption() {
        #expect(
            parser.help == """
                A program.

                Usage: p [COMMAND] [OPTIONS]

                Commands:
                  run         Runs. The default.
                  check       Checks.
                  quickstart  Shows.

                Options of run:
                  --until-done  Ends.

                Options of quickstart:
                  --users N  How many.

                Options:
                  -c, --config FILE  The file.
                  -h, --help         Print this help.
                  --version          Print the versions.

                More.

                """)
    }
}
