import Testing

@testable import MillraceConfiguration

@Suite struct SubstitutionTests {
    private func substituted(_ text: String) throws -> Substitution {
        var budget = 1000
        let environment: Environment = ["A": "x", "EMPTY": "", "B_2": "${A}", "_c": "ü"]
        return try Substitution(of: text, from: environment, budget: &budget)
    }

    @Test(arguments: [
        ("${A}", "x", true), ("a${A}b${A}c", "axbxc", true), ("${_c}", "ü", true), ("${EMPTY}", "", true),
        ("${EMPTY:-d}", "d", false), ("${NONE:-d}", "d", false), ("${NONE:-}", "", false), ("${A:-d}", "x", true),
        ("${NONE:-http://a:1/$b}", "http://a:1/$b", false),
        // What is put in is not looked at again.
        ("${B_2}", "${A}", true),
        // Only '${' means something.
        ("$.user.id", "$.user.id", false), ("$['a b'].c", "$['a b'].c", false), ("$", "$", false), ("$$", "$$", false),
        ("$A", "$A", false), ("a$", "a$", false), ("{A}", "{A}", false),
        ("$${A}", "${A}", false), ("$$${A}", "$${A}", false), ("$${A} ${A}", "${A} x", true),
    ])
    func replacesReferencesOnly(written: String, text: String, isFromEnvironment: Bool) throws {
        let substitution = try substituted(written)
        #expect(substitution.text == text)
        #expect(substitution.isFromEnvironment == isFromEnvironment)
    }

    @Test(arguments: [
        ("a ${NONE}", 2, "the environment variable NONE is not set; set it, or give a default: ${NONE:-default}"),
        ("${", 0, "'${' without its '}'; write ${NAME} or ${NAME:-default}, and '$${' for a literal '${'"),
        ("${A", 0, "'${' without its '}'; write ${NAME} or ${NAME:-default}, and '$${' for a literal '${'"),
        (
            "${}", 0,
            "'${' must be followed by a variable's name, of letters, digits and '_'; write '$${' for a literal '${'"
        ),
        (
            "${1}", 0,
            "'${' must be followed by a variable's name, of letters, digits and '_'; write '$${' for a literal '${'"
        ),
        ("${A-b}", 0, "after ${A comes '}' or ':-' with a default, as in ${A:-default}"),
        ("${A:?b}", 0, "after ${A comes '}' or ':-' with a default, as in ${A:-default}"),
    ])
    func refusesWhatItCannotReplace(written: String, offset: Int, message: String) {
        #expect(throws: Substitution.Failure(message: message, offset: offset)) { try substituted(written) }
    }

    @Test func aMissingVariableIsAnErrorAtItsPlace() {
        #expect(
            problems("storage:\n  directory: /data/${NONE}\n") == [
                "m.yaml:2:20: the environment variable NONE is not set; set it, or give a default: ${NONE:-default}"
            ])
    }

    @Test func keysAreLeftAsTheyAre() {
        #expect(problems("${A}: 1", ["A": "log"]).first?.contains("unknown key '${A}'") == true)
    }

    @Test func valuesOfAllTypesMayComeFromTheEnvironment() throws {
        let read = try configuration(
            """
            metrics: { port: "${PORT}" }
            storage: { memory: "${MEMORY}MiB", directory: "${DIR:-./d}" }
            subscriptions:
              - source: kafka://main/${TOPIC}
                sink: service://A/b
                key: $.user.id
                paused: ${PAUSED:-false}
            kafka: { clusters: { main: { bootstrap.servers: "${KAFKA:-localhost:9092}" } } }
            """, ["PORT": "1", "MEMORY": "64", "TOPIC": "t"])
        #expect(read.metrics.port == 1)
        #expect(read.storage.memoryBytes == 64 << 20)
        #expect(read.subscriptions[0].source == .kafka(cluster: "main", topic: "t"))
        #expect(read.subscriptions[0].key.description == "$.user.id")
    }
}
