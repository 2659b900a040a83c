import Testing

@testable import MillraceMacros

@Suite("VirtualObjectMacro")
struct VirtualObjectMacroTests {
    @Test func addsNameDefinitionAndClient() {
        let expansion = Expansion(
            """
            @VirtualObject struct EventEnricher {
                @Handler func userEvent(_ context: ObjectContext, _ event: UserEvent) async throws {}
                @Handler func emit(_ context: ObjectContext) throws {}
            }
            """)
        #expect(expansion.messages == [])
        #expect(
            expansion.text == """
                struct EventEnricher {
                    func userEvent(_ context: ObjectContext, _ event: UserEvent) async throws {}
                    func emit(_ context: ObjectContext) throws {}
                }

                extension EventEnricher: Millrace.VirtualObjectService {
                    /// The name that subscriptions and callers use.
                    static var serviceName: String { "EventEnricher" }

                    /// The service with its handlers.
                    var definition: Millrace.ServiceDefinition {
                        Millrace.ServiceDefinition(
                            name: Self.serviceName, kind: .virtualObject,
                            handlers: [
                                .suspending("userEvent", Millrace.ObjectContext.init, input: _Serdes.input0) { context, input in
                                    try await self.userEvent(context, input)
                                },
                                .direct("emit", Millrace.ObjectContext.init) { context in
                                    try self.emit(context)
                                },
                            ])
                    }

                    fileprivate enum _Serdes {
                        static let input0 = Millrace.Serde<UserEvent>.json
                    }

                    /// Sends to the handlers of ``EventEnricher``.
                    struct SendClient: Millrace.ServiceClient {
                        private let _sender: Millrace.InvocationSender

                        /// A client that sends through `sender`.
                        init(_ sender: Millrace.InvocationSender) { _sender = sender }

                        /// Sends to the handler `userEvent`, and returns the new invocation's id.
                        @discardableResult
                        func userEvent(_ event: UserEvent) -> Millrace.InvocationID? {
                            self._sender.send("userEvent", event, _Serdes.input0)
                        }

                        /// Sends to the handler `emit`, and returns the new invocation's id.
                        @discardableResult
                        func emit() -> Millrace.InvocationID? {
                            self._sender.send("emit")
                        }
                    }

                    /// Calls the handlers of ``EventEnricher``.
                    struct CallClient: Millrace.ServiceCallClient {
                        private let _caller: Millrace.InvocationCaller

                        /// A client that calls through `caller`.
                        init(_ caller: Millrace.InvocationCaller) { _caller = caller }

                        /// Calls the handler `userEvent`.
                        func userEvent(_ event: UserEvent) -> Millrace.DurableCall<Void> {
                            self._caller.call("userEvent", event, _Serdes.input0)
                        }

                        /// Calls the handler `emit`.
                        func emit() -> Millrace.DurableCall<Void> {
                            self._caller.call("emit")
                        }
                    }
                }
                """)
    }

    @Test(arguments: [
        ("Event", "Millrace.Serde<Event>.json"), ("Event?", "Millrace.Serde<Event>.json.optional"),
        ("Optional<Event>", "Millrace.Serde<Event>.json.optional"), ("[Event]", "Millrace.Serde<[Event]>.json"),
        ("[UInt8]", "Millrace.Serde<[UInt8]>.bytes"), ("Array<UInt8>", "Millrace.Serde<Array<UInt8>>.bytes"),
        ("[Swift.UInt8]?", "Millrace.Serde<[Swift.UInt8]>.bytes.optional"),
        ("RawSpan", "Millrace.Serde<[UInt8]>.bytes"), ("borrowing Swift.RawSpan", "Millrace.Serde<[UInt8]>.bytes"),
        ("Self.Event", "Millrace.Serde<Enricher.Event>.json"), ("sending Event", "Millrace.Serde<Event>.json"),
    ])
    func choosesTheSerdeByTheWrittenType(type: String, serde: String) {
        let expansion = Expansion(
            "@VirtualObject struct Enricher { @Handler func run(_ context: ObjectContext, _ input: \(type)) {} }")
        #expect(expansion.messages == [])
        #expect(expansion.text.contains("static let input0 = \(serde)\n"))
    }

    @Test func passesSpansWithoutSerdeAndSendsThemAsBytes() {
        let text = Expansion(
            "@VirtualObject struct Enricher { @Handler func run(_ context: ObjectContext, _ bytes: RawSpan) {} }"
        ).text
        #expect(text.contains(#".direct("run", Millrace.ObjectContext.init) { context, input in"#))
        #expect(text.contains("func run(_ bytes: [UInt8])"))
    }

    @Test(arguments: [
        (".text", "String", "(.text as Millrace.Serde<String>)"),
        (".text", "String?", "(.text as Millrace.Serde<String>).optional"),
        ("Self.mine", "Event", "(Enricher.mine as Millrace.Serde<Event>)"),
    ])
    func takesTheSerdeOfTheHandler(argument: String, type: String, serde: String) {
        let expansion = Expansion(
            """
            @VirtualObject struct Enricher {
                @Handler(input: \(argument)) func run(_ context: ObjectContext, _ input: \(type)) {}
            }
            """)
        #expect(expansion.messages == [])
        #expect(expansion.text.contains("static let input0 = \(serde)\n"))
    }

    @Test func keepsLabelsAndNames() {
        let expansion = Expansion(
            #"""
            @VirtualObject(name: "enrich") struct Enricher {
                @Handler(name: "a-b") func `default`(in context: ObjectContext, with input: Int) throws(Oops) {}
                @Handler func plain(context: borrowing ObjectContext, event: Int) async {}
                @Handler func ignores(_: ObjectContext, _: Int) throws(Never) {}
            }
            """#)
        #expect(expansion.messages == [])
        #expect(expansion.text.contains(#"var serviceName: String { "enrich" }"#))
        #expect(expansion.text.contains(#".direct("a-b", Millrace"#))
        #expect(expansion.text.contains(" try self.`default`(in: context, with: input)"))
        #expect(expansion.text.contains("func `default`(with input: Int)"))
        #expect(expansion.text.contains(#"send("a-b", input, _Serdes.input0)"#))
        #expect(expansion.text.contains(" await self.plain(context: context, event: input)"))
        #expect(expansion.text.contains("func plain(event: Int)"))
        #expect(expansion.text.contains("\n                    self.ignores(context, input)"))
        #expect(expansion.text.contains("func ignores(_ input: Int)"))
    }

    @Test(arguments: [
        ("public struct Enricher", "public "), ("package struct Enricher", "package "), ("struct Enricher", ""),
        ("private struct Enricher", ""), ("internal struct Enricher", ""),
    ])
    func givesMembersTheAccessOfTheType(declaration: String, access: String) {
        let text = Expansion("@VirtualObject \(declaration) { @Handler func run(_ context: ObjectContext) {} }").text
        for member in ["static var serviceName", "var definition", "struct SendClient", "init(", "func run() ->"] {
            #expect(text.contains("    \(access)\(member)"))
        }
    }

    @Test func takesTheAccessOfTheExtensionAround() {
        let text = Expansion(
            "public extension Outer { @VirtualObject struct Enricher { @Handler func run(_ context: ObjectContext) {} } }"
        ).text
        #expect(text.contains("extension Outer.Enricher: Millrace.VirtualObjectService {"))
        #expect(text.contains("public struct SendClient"))
    }

    @Test(arguments: [
        ("private", "fileprivate"), ("fileprivate", "fileprivate"), ("internal", "internal"), ("package", "package"),
        ("public", "public"),
    ])
    func narrowsTheClientWhereTheHandlerIsDeclaredNarrower(access: String, expected: String) {
        let text = Expansion(
            "@VirtualObject public struct Enricher { @Handler \(access) func run(_ context: ObjectContext) {} }"
        ).text
        #expect(text.contains(" \(expected) func run() ->"))
    }

    @Test func ignoresFunctionsWithoutMark() {
        let text = Expansion(
            "@Millrace.VirtualObject struct A { func b() {}; @Millrace.Handler func c(_ x: Millrace.ObjectContext) {} }"
        ).text
        #expect(!text.contains("self.b("))
    }
}
