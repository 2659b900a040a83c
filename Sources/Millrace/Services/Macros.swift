/// Makes a struct a virtual object: a service with keys and state, whose exclusive handlers run one at a time for each key.
///
/// Functions marked with ``Handler(name:)`` become its handlers. The service's name is the type's, unless another is given.
@attached(
    extension, conformances: VirtualObjectService, names: named(SendClient), named(serviceName), named(definition))
public macro VirtualObject(name: String? = nil) = #externalMacro(module: "MillraceMacros", type: "VirtualObjectMacro")

/// Makes a struct a service without keys. Functions marked with ``Handler(name:)`` become its handlers.
@attached(extension, conformances: PlainService, names: named(SendClient), named(serviceName), named(definition))
public macro Service(name: String? = nil) = #externalMacro(module: "MillraceMacros", type: "ServiceMacro")

/// Marks a function as a handler. Its first parameter is the context, the second, if there is one, the input:
/// a `Codable` type (JSON), `[UInt8]` (the bytes) or, in a handler that is not `async`, `RawSpan` (the bytes in place).
///
/// An input may be optional: it is `nil` where the payload has no bytes, as that of a tombstone. Macros see how a type is
/// written and no more, so a type alias of `[UInt8]` counts as `Codable`; say `@Handler(input: .bytes)` there.
///
/// - Parameter name: the handler's name for callers and subscriptions; the function's name by default.
@attached(peer)
public macro Handler(name: String? = nil) = #externalMacro(module: "MillraceMacros", type: "HandlerMacro")

/// Marks a function as a handler whose input is read, and by senders written, with a serde of your choice.
///
/// ```swift
/// @Handler(input: .text) func line(_ context: ObjectContext, _ line: String) throws { … }
/// ```
///
/// - Parameters:
///   - name: the handler's name for callers and subscriptions; the function's name by default.
///   - input: the serde of the input's type; for an optional input that of the type it wraps. Where it says nothing about
///     the type, write that too: `Serde<Event>.mine`.
@attached(peer)
public macro Handler<Input>(name: String? = nil, input: Serde<Input>) =
    #externalMacro(module: "MillraceMacros", type: "HandlerMacro")
