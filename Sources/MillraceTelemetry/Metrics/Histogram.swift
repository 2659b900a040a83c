/// How often values fell into each of some fixed ranges, for example latencies in seconds. Lock-free; any thread may
/// record. A recording is a search among the bounds and two atomic operations.
public final class Histogram: Sendable {
    /// The bounds of the ranges.
    public let buckets: HistogramBuckets
    private let counts: AtomicCounts
    private let total = AtomicDouble()

    /// An empty histogram that belongs to no registry.
    public init(buckets: HistogramBuckets = .latencies) {
        self.buckets = buckets
        counts = AtomicCounts(count: buckets.bounds.count + 1)
    }

    /// Records that `value` was seen `count` times. What is not a number is left out.
    public func record(_ value: Double, count: Int = 1) {
        guard count > 0 && !value.isNaN else { return }
        counts.add(count, at: buckets.index(of: value))
        total.add(value * Double(count))
    }

    /// Records that a time, in seconds, was seen `count` times.
    public func record(_ duration: Duration, count: Int = 1) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) / 1e18, count: count)
    }

    /// What the histogram holds now; recordings that run at the same time may be in it in part.
    public var snapshot: HistogramSnapshot {
        HistogramSnapshot(
            buckets: buckets, counts: (0..<counts.count).map { counts[$0] }, sum: total.value)
    }

    /// How many values were recorded.
    public var count: Int { snapshot.count }

    /// See ``HistogramSnapshot/percentile(_:)``.
    public func percentile(_ percent: Double) -> Double? { snapshot.percentile(percent) }
}
