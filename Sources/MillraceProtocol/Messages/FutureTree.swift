/// What an invocation waits for: completions and signals, and trees of them, with how many of them it takes.
public struct FutureTree: Hashable, Sendable {
    /// How the parts of a node make the node. Values that a newer peer may have are kept.
    public struct Combinator: RawRepresentable, Hashable, Sendable {
        /// The number that stands in the message.
        public let rawValue: UInt32
        /// The one with a number, known or not.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Resolved when any part is; with what result is not known.
        public static let unknown = Combinator(rawValue: 0)
        /// Resolved when any part is, with its result.
        public static let firstCompleted = Combinator(rawValue: 1)
        /// Resolved when all parts are, whatever their results.
        public static let allCompleted = Combinator(rawValue: 2)
        /// Resolved when a part has succeeded, or all have failed.
        public static let firstSucceededOrAllFailed = Combinator(rawValue: 3)
        /// Resolved when all parts have succeeded, or one has failed.
        public static let allSucceededOrFirstFailed = Combinator(rawValue: 4)
    }

    /// How deep a tree may be; a message with a deeper one is refused.
    public static let maximumDepth = 1000

    /// How the parts make the whole.
    public var combinator: Combinator
    /// The completion ids among the parts.
    public var completions: [UInt32]
    /// The numbered signals among the parts.
    public var signals: [UInt32]
    /// The named signals among the parts.
    public var namedSignals: [String]
    /// The parts that are trees themselves.
    public var nested: [FutureTree]

    /// Makes one of its parts.
    public init(
        combinator: Combinator, completions: [UInt32] = [], signals: [UInt32] = [], namedSignals: [String] = [],
        nested: [FutureTree] = []
    ) {
        self.combinator = combinator
        self.completions = completions
        self.signals = signals
        self.namedSignals = namedSignals
        self.nested = nested
    }

    /// Whether nothing at all is waited for. A suspension on nothing would never end: the protocol forbids it.
    public var isEmpty: Bool {
        completions.isEmpty && signals.isEmpty && namedSignals.isEmpty && nested.allSatisfy(\.isEmpty)
    }
}
