import CKafka

/// Owns one `rd_kafka_topic_t`, and its client as long as it lives.
@safe final class TopicHandle {
    let pointer: OpaquePointer
    private let client: ClientHandle

    /// Returns `nil` where librdkafka does not take the name.
    init?(_ client: ClientHandle, name: String) {
        guard let pointer = unsafe rd_kafka_topic_new(client.pointer, name, nil) else { return nil }
        unsafe self.pointer = pointer
        self.client = client
    }

    deinit { unsafe rd_kafka_topic_destroy(pointer) }
}
