/// Makes a struct a virtual object: a service with keys and state, whose exclusive handlers run one at a time for each key.
///
/// Functions marked with ``Handler(name:options:)`` become its handlers: exclusive ones take an ``ObjectContext``, those that run
/// beside others and only read a ``SharedObjectContext``. The service's name is the type's, unless another is given.
@attached(
    extension, conformances: VirtualObjectService, names: named(SendClient), named(CallClient), named(_Serdes),
    named(serviceName), named(definition))
public macro VirtualObject(name: String? = nil, options: HandlerOptions? = nil) =
    #externalMacro(module: "MillraceMacros", type: "VirtualObjectMacro")

/// Makes a struct a service without keys. Functions marked with ``Handler(name:options:)`` become its handlers.
@attached(
    extension, conformances: PlainService, names: named(SendClient), named(CallClient), named(_Serdes),
    named(serviceName), named(definition))
public macro Service(name: String? = nil, options: HandlerOptions? = nil) =
    #externalMacro(module: "MillraceMacros", type: "ServiceMacro")

/// Makes a struct a workflow: the one handler that takes a ``WorkflowContext`` runs once for each key; the others take a
/// ``SharedWorkflowContext``, run beside it, and complete its promises.
@attached(
    extension, conformances: WorkflowService, names: named(SendClient), named(CallClient), named(_Serdes),
    named(serviceName), named(definition))
public macro Workflow(name: String? = nil, options: HandlerOptions? = nil) =
    #externalMacro(module: "MillraceMacros", type: "WorkflowMacro")

/// Marks a function as a handler. Its first parameter is the context, the second, if there is one, the input:
/// a `Codable` type (JSON), `[UInt8]` (the bytes) or, in a handler that is not `async`, `RawSpan` (the bytes in place). It
/// may return a `Codable` value or `[UInt8]`, which callers receive.
///
/// An input may be optional: it is `nil` where the payload has no bytes, as that of a tombstone. Macros see how a type is
/// written and no more, so a type alias of `[UInt8]` counts as `Codable`; say `@Handler(input: .bytes)` there.
///
/// - Parameters:
///   - name: the handler's name for callers and subscriptions; the function's name by default.
///   - options: what holds for this handler; what it leaves out is the service's.
@attached(peer)
public macro Handler(name: String? = nil, options: HandlerOptions? = nil) =
    #externalMacro(module: "MillraceMacros", type: "HandlerMacro")

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
///   - options: what holds for this handler; what it leaves out is the service's.
@attached(peer)
public macro Handler<Input>(name: String? = nil, input: Serde<Input>, options: HandlerOptions? = nil) =
    #externalMacro(module: "MillraceMacros", type: "HandlerMacro")

/// Marks a function as a handler whose result is written, and by callers read, with a serde of your choice.
///
/// - Parameters:
///   - name: the handler's name for callers and subscriptions; the function's name by default.
///   - output: the serde of the result's type; for an optional result that of the type it wraps.
///   - options: what holds for this handler; what it leaves out is the service's.
@attached(peer)
public macro Handler<Output>(name: String? = nil, output: Serde<Output>, options: HandlerOptions? = nil) =
    #externalMacro(module: "MillraceMacros", type: "HandlerMacro")

/// Marks a function as a handler whose input and result have serdes of your choice.
///
/// - Parameters:
///   - name: the handler's name for callers and subscriptions; the function's name by default.
///   - input: the serde of the input's type.
///   - output: the serde of the result's type.
///   - options: what holds for this handler; what it leaves out is the service's.
@attached(peer)
public macro Handler<Input, Output>(
    name: String? = nil, input: Serde<Input>, output: Serde<Output>, options: HandlerOptions? = nil
) = #externalMacro(module: "MillraceMacros", type: "HandlerMacro")
