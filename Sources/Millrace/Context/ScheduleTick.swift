/// The tick of a schedule: why an invocation was started, and for which time.
///
/// It comes with the invocation's headers, `millrace-schedule` and `millrace-tick`.
public struct ScheduleTick: Hashable, Sendable {
    /// The schedule's name.
    public let schedule: String
    /// The tick's own time, in milliseconds since 1970. The invocation may be later, as after a time in which the process
    /// was down.
    public let milliseconds: Int64

    /// A tick.
    public init(schedule: String, milliseconds: Int64) {
        self.schedule = schedule
        self.milliseconds = milliseconds
    }

    /// The tick that an invocation's headers tell of, or `nil` where they tell of none.
    public init?(headers: [InvocationHeader]) {
        guard let schedule = headers.first(where: { $0.name == Self.scheduleHeader })?.value,
            let milliseconds = headers.first(where: { $0.name == Self.tickHeader }).flatMap({ Int64($0.value) })
        else { return nil }
        self.init(schedule: schedule, milliseconds: milliseconds)
    }

    /// The headers that tell of the tick.
    public var headers: [InvocationHeader] {
        [
            InvocationHeader(Self.scheduleHeader, schedule), InvocationHeader(Self.tickHeader, "\(milliseconds)"),
        ]
    }

    private static let scheduleHeader = "millrace-schedule"
    private static let tickHeader = "millrace-tick"
}

extension InvocationContext {
    /// The tick of a schedule that started this invocation, or `nil` where something else did.
    public var scheduleTick: ScheduleTick? { ScheduleTick(headers: requestHeaders) }
}
