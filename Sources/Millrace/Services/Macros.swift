/// Makes a struct a virtual object: a service with keys and state, whose exclusive handlers run one at a time for each key.
///
/// Functions marked with ``Handler(name:)`` become its handlers. The service's name is the type's, unless another is given.
@attached(extension, conformances: VirtualObjectService, names: named(SendClient), named(serviceName), named(definition))
public macro VirtualObject(name: String? = nil) = #externalMacro(module: "MillraceMacros", type: "VirtualObjectMacro")

/// Makes a struct a service without keys. Functions marked with ``Handler(name:)`` become its handlers.
@attached(extension, conformances: PlainService, names: named(SendClient), named(serviceName), named(definition))
public macro Service(name: String? = nil) = #externalMacro(module: "MillraceMacros", type: "ServiceMacro")

/// Marks a function as a handler. Its first parameter is the context, the second, if there is one, the input:
/// a `Codable` type (JSON), `[UInt8]` (the bytes) or, in a handler that is not `async`, `RawSpan` (the bytes in place).
///
/// - Parameter name: the handler's name for callers and subscriptions; the function's name by default.
@attached(peer)
public macro Handler(name: String? = nil) = #externalMacro(module: "MillraceMacros", type: "HandlerMacro")
