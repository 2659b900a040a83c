/// How much a log line matters; the shape of swift-log's levels.
public enum LogLevel: UInt8, CaseIterable, Comparable, CustomStringConvertible, Sendable {
    /// Every step, for someone who reads the code beside it.
    case trace
    /// What helps to find a defect.
    case debug
    /// What an operator wants to know in ordinary times.
    case info
    /// Ordinary, and still worth a look.
    case notice
    /// Something works less well than it should, and goes on.
    case warning
    /// Something failed, and someone has to do something.
    case error
    /// The process cannot do its work.
    case critical

    /// The level of that name, in any case, for example from a configuration file.
    public init?(name: String) {
        let name = name.lowercased()
        guard let level = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = level
    }

    /// The name in lower case.
    public var description: String {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }

    /// From the least to the most important.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
