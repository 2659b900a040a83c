/// Why a text is not a value of the type that was expected.
struct Mismatch: Error, Equatable {
    /// What exactly is wrong, beyond what the type's ``ScalarType/expected`` says. May quote the text.
    var detail: String?
    /// The value that was probably meant.
    var suggestion: String?
    /// Valid values of which the nearest is suggested. For long lists: nobody looks through them once there are many problems.
    var names: [String] = []
    /// Where in the text, in Unicode scalars from 0.
    var offset = 0
}
