import CKafka
import Synchronization

/// The librdkafka that the process is linked with.
package enum KafkaLibrary {
    /// Its version, as 0xMMmmrrpp.
    static let version = UInt32(bitPattern: rd_kafka_version())

    /// Its version, in words.
    package static var versionText: String { unsafe String(cString: rd_kafka_version_str()) }

    private static let hasWarned = Atomic<Bool>(false)

    /// Says once in a process's life when the library is older than 2.4, whose known faults the connector works around.
    static func warnIfOld(_ log: (String) -> Void) {
        guard version < 0x0204_0000, !hasWarned.exchange(true, ordering: .relaxed) else { return }
        log(
            "librdkafka \(versionText) is older than 2.4: it works, but cannot notice that a log was cut and grew again "
                + "after an unclean leader election")
    }
}
