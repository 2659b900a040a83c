import CKafka

/// What a client's callbacks need. They are called on threads of librdkafka.
final class ClientCallbacks: Sendable {
    let settings: KafkaClusterSettings
    private let write: @Sendable (String) -> Void

    init(settings: KafkaClusterSettings, log: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        write = log
    }

    /// Passes on what librdkafka says by itself.
    static let log: @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = {
        client, level, facility, text in
        // 4 is a warning.
        guard level <= 4, let client = unsafe client, let facility = unsafe facility, let text = unsafe text,
            let opaque = unsafe rd_kafka_opaque(client)
        else { return }
        let callbacks = unsafe Unmanaged<ClientCallbacks>.fromOpaque(opaque).takeUnretainedValue()
        unsafe callbacks.received(facility: String(cString: facility), text: String(cString: text))
    }

    private func received(facility: String, text: String) {
        // Lost connections come as errors too, and show in statuses; the properties are meant for both roles.
        if facility == "FAIL" || facility == "ERROR" || facility == "CONFWARN" { return }
        write("kafka cluster '\(settings.name)': \(settings.redacted(text)) (\(facility))")
    }

    func log(_ text: String) { write("kafka cluster '\(settings.name)': \(text)") }
}
