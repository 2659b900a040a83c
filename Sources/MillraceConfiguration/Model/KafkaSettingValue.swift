/// A setting's value, which prints as `***` when it is a secret or came from the environment.
///
/// Printing, interpolation, `debugPrint` and `dump` are all covered. Only ``revealed`` gives the value.
public struct KafkaSettingValue: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The true value, for librdkafka and nothing else.
    public let revealed: String
    /// Whether the value must not be shown.
    public let isSecret: Bool

    /// A value.
    public init(_ value: String, isSecret: Bool) {
        revealed = value
        self.isSecret = isSecret
    }

    /// The value, or `***`.
    public var description: String { isSecret ? "***" : revealed }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// A mirror without the value.
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}
