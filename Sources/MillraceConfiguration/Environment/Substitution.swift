/// Puts values of the environment into a text.
///
/// `${NAME}` is the variable's value; it is an error when it is not set. `${NAME:-TEXT}` is `TEXT`, up to the next `}`,
/// when the variable is not set or empty. `$${` is a literal `${`. Any other `$` stands for itself, so that `$.user.id`
/// needs no escape. What is put in is not looked at again.
struct Substitution: Equatable {
    let text: String
    /// Whether a variable's value is in `text`.
    let isFromEnvironment: Bool

    struct Failure: Error, Equatable {
        let message: String
        /// Where in the text, in Unicode scalars from 0.
        let offset: Int
    }

    /// - Parameter budget: how many bytes the environment may still put in.
    init(of written: String, from environment: Environment, budget: inout Int) throws(Failure) {
        guard written.utf8.contains(UInt8(ascii: "$")) else {
            text = written
            isFromEnvironment = false
            return
        }
        let input = Array(written.unicodeScalars)
        var output = String.UnicodeScalarView()
        var isFromEnvironment = false
        var index = 0
        while index < input.count {
            if input[index...].starts(with: "$${".unicodeScalars) {
                output.append(contentsOf: "${".unicodeScalars)
                index += 3
            } else if input[index...].starts(with: "${".unicodeScalars) {
                guard let end = input[index...].firstIndex(of: "}") else {
                    throw Failure(
                        message:
                            "'${' without its '}'; write ${NAME} or ${NAME:-default}, and '$${' for a literal '${'",
                        offset: index)
                }
                let reference = try Reference(input[(index + 2)..<end], offset: index)
                if let value = environment[reference.name], !(value.isEmpty && reference.standard != nil) {
                    budget -= value.utf8.count
                    guard budget >= 0 else {
                        throw Failure(message: "the environment's values are too large in all", offset: index)
                    }
                    output.append(contentsOf: value.unicodeScalars)
                    isFromEnvironment = true
                } else if let standard = reference.standard {
                    output.append(contentsOf: standard)
                } else {
                    throw Failure(
                        message: "the environment variable \(reference.name) is not set; set it, or give a default: "
                            + "${\(reference.name):-default}",
                        offset: index)
                }
                index = end + 1
            } else {
                output.append(input[index])
                index += 1
            }
        }
        text = String(output)
        self.isFromEnvironment = isFromEnvironment
    }
}

/// What stands between `${` and `}`.
private struct Reference {
    let name: String
    let standard: ArraySlice<Unicode.Scalar>?

    init(_ inner: ArraySlice<Unicode.Scalar>, offset: Int) throws(Substitution.Failure) {
        let name = inner.prefix { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || "0"..."9" ~= $0) }
        let rest = inner[name.endIndex...]
        guard let first = name.first, !("0"..."9" ~= first) else {
            throw Substitution.Failure(
                message: "'${' must be followed by a variable's name, of letters, digits and '_'; write '$${' for a "
                    + "literal '${'",
                offset: offset)
        }
        self.name = String(String.UnicodeScalarView(name))
        if rest.isEmpty {
            standard = nil
        } else if rest.starts(with: ":-".unicodeScalars) {
            standard = rest.dropFirst(2)
        } else {
            throw Substitution.Failure(
                message: "after ${\(self.name) comes '}' or ':-' with a default, as in ${\(self.name):-default}",
                offset: offset)
        }
    }
}
