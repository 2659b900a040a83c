/// A handler's input is no value of the type that it declares.
///
/// Whoever called or sent learns it, as of a ``TerminalError``; for a record it is what its subscription's `onError` says after the
/// retries.
package struct InputError: Error, CustomStringConvertible {
    let cause: SerdeError

    package var description: String { cause.description }

    /// What those learn who sent it.
    package var terminalError: TerminalError {
        TerminalError("the input does not decode: \(cause)", code: TerminalError.badRequest)
    }
}

extension Serde {
    /// The input of a handler.
    /// - Throws: ``InputError`` where the bytes are no `Value`.
    func decodeInput(_ bytes: RawSpan) throws -> Value {
        do { return try decode(bytes) } catch let error as SerdeError { throw InputError(cause: error) }
    }
}
