import MillraceEngine

/// What owns a Kafka client, and does everything with it on one thread.
protocol ClientLoop: AnyObject, SendableMetatype {
    /// Runs until somebody stops it.
    func run()
}

extension OSThread {
    /// Starts a thread that makes a loop and runs it. Blocks until it is made.
    ///
    /// - Throws: what making it throws, or ``KafkaError`` where there is no thread left.
    static func running<Loop: ClientLoop>(
        name: String, cluster: String, _ make: @escaping @Sendable () throws(KafkaError) -> Loop
    ) throws(KafkaError) -> OSThread {
        let made = Handover<KafkaError?>()
        let thread = OSThread(name: name) {
            let loop: Loop
            do throws(KafkaError) { loop = try make() } catch {
                made.put(error)
                return
            }
            made.put(nil)
            loop.run()
        }
        guard thread.isStarted else {
            throw .system(reason: "there is no thread left for kafka cluster '\(cluster)'")
        }
        if let error = made.take() {
            thread.join()
            throw error
        }
        return thread
    }
}
