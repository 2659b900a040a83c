import MillraceEngine
import MillraceKafka
import Synchronization

/// Reads the topic `enriched` on a thread of its own, and measures how long after its user event each record came.
final class EnrichedWatcher: Sendable {
    /// What has come so far.
    struct Outcome: Sendable {
        /// How many records.
        var count = 0
        /// For each record whose user event was announced, how long it took, in milliseconds.
        var latencies: [Double] = []
        /// Why nothing more comes.
        var failure: String?

        /// The latency that a share of the records did not exceed, or `nil` where none was measured.
        func latency(percent: Int) -> Double? {
            guard !latencies.isEmpty else { return nil }
            return latencies.sorted()[min(latencies.count - 1, latencies.count * percent / 100)]
        }
    }

    private struct State {
        var outcome = Outcome()
        /// When each user's event was sent that has no record yet.
        var sent: [String: Double] = [:]
        var isShowing = true
        var isStopping = false
    }

    private let state = Mutex(State())
    private let settings: KafkaClusterSettings
    private let print: @Sendable (String) -> Void
    private let thread = Mutex<OSThread?>(nil)

    /// - Parameter print: takes a line for each record, as long as records are shown.
    init(_ settings: KafkaClusterSettings, print: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.print = print
    }

    /// Starts to read the topic, from its beginning.
    func start() {
        let started = OSThread(name: "watch-enriched") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Ends the thread.
    func stop() {
        state.withLock { $0.isStopping = true }
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    /// What has come so far.
    var outcome: Outcome { state.withLock { $0.outcome } }

    /// From now on records are shown, or only counted; latencies are measured anew.
    func beginPart(showing: Bool) {
        state.withLock { state in
            state.isShowing = showing
            state.outcome.latencies = []
            state.sent = [:]
        }
    }

    /// Says that a user's event is sent now.
    func willSend(_ user: UserEvent) {
        let now = MonotonicClock.milliseconds
        state.withLock { $0.sent[user.userId] = now }
    }

    private func run() {
        do throws(KafkaError) {
            try KafkaProbe(settings).follow(
                SampleEvents.enrichedTopic, from: .earliest, timeoutMilliseconds: .max / 2,
                while: { state.withLock { !$0.isStopping } }
            ) { record in
                take(record)
                return true
            }
        } catch {
            state.withLock { $0.outcome.failure = "\(error)" }
        }
    }

    private func take(_ record: KafkaProbe.Received) {
        let now = MonotonicClock.milliseconds
        let user = String(decoding: record.key ?? [], as: UTF8.self)
        let (latency, isShowing) = state.withLock { state in
            state.outcome.count += 1
            let latency = state.sent.removeValue(forKey: user).map { now - $0 }
            if let latency { state.outcome.latencies.append(latency) }
            return (latency, state.isShowing)
        }
        if isShowing {
            let after = latency.map { ", \(Int($0.rounded())) ms after its user event" } ?? ""
            print("  \(String(decoding: record.value ?? [], as: UTF8.self))   partition \(record.partition)\(after)")
        }
    }
}
