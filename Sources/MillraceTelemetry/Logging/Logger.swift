/// Logs what goes on in one part of the system; a value with the shape of swift-log's.
///
/// Neither message nor metadata is built where the level is too low. Copies are independent: a part that serves one
/// partition adds its topic and partition once, and hands the copy on.
/// ```swift
/// var logger = Logger(label: "kafka", handler: TextLogHandler.standardError)
/// logger[metadata: "topic"] = "clicks"
/// logger.info("subscription runs", metadata: ["offset": .integer(17)])
/// ```
public struct Logger: Sendable {
    /// The part of the system, for example `kafka`.
    public var label: String
    /// What matters less than this is dropped.
    public var level: LogLevel
    /// Keys and values of every line.
    public var metadata: LogMetadata
    /// Where the lines go.
    public let handler: any LogHandler

    /// A logger for one part of the system.
    public init(
        label: String, level: LogLevel = .info, metadata: LogMetadata = LogMetadata(), handler: any LogHandler
    ) {
        self.label = label
        self.level = level
        self.metadata = metadata
        self.handler = handler
    }

    /// A logger that drops everything without building it.
    public static let silent = Logger(label: "", level: .critical, handler: SilentLogHandler())

    /// The same logger for another part of the system, with more keys.
    public func labelled(_ label: String, metadata: LogMetadata = LogMetadata()) -> Logger {
        Logger(label: label, level: level, metadata: self.metadata.merging(metadata), handler: handler)
    }

    /// A key of every line; `nil` removes it.
    public subscript(metadata key: String) -> LogMetadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Logs at a level.
    public func log(
        _ level: LogLevel, _ message: @autoclosure () -> String,
        metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) {
        guard level >= self.level else { return }
        handler.log(
            LogEntry(
                time: .now, level: level, label: label, message: message(),
                metadata: self.metadata.merging(metadata())))
    }

    /// Logs at ``LogLevel/trace``.
    public func trace(
        _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) { log(.trace, message(), metadata: metadata()) }

    /// Logs at ``LogLevel/debug``.
    public func debug(
        _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) { log(.debug, message(), metadata: metadata()) }

    /// Logs at ``LogLevel/info``.
    public func info(
        _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) { log(.info, message(), metadata: metadata()) }

    /// Logs at ``LogLevel/notice``.
    public func notice(
        _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) { log(.notice, message(), metadata: metadata()) }

    /// Logs at ``LogLevel/warning``.
    public func warning(
        _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) { log(.warning, message(), metadata: metadata()) }

    /// Logs at ``LogLevel/error``.
    public func error(
        _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) { log(.error, message(), metadata: metadata()) }

    /// Logs at ``LogLevel/critical``.
    public func critical(
        _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = LogMetadata()
    ) { log(.critical, message(), metadata: metadata()) }
}
