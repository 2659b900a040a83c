/// What a histogram held at a moment.
public struct HistogramSnapshot: Equatable, Sendable {
    /// The bounds.
    public let buckets: HistogramBuckets
    /// How many values fell into each bucket; the last one has no upper bound.
    public let counts: [Int]
    /// The sum of the values.
    public let sum: Double

    /// How many values there are.
    public var count: Int { counts.reduce(0, +) }

    /// What was recorded since an earlier snapshot of the same histogram.
    public func since(_ earlier: HistogramSnapshot) -> HistogramSnapshot {
        precondition(buckets == earlier.buckets, "snapshots of different histograms")
        return HistogramSnapshot(
            buckets: buckets, counts: zip(counts, earlier.counts).map { $0 - $1 }, sum: sum - earlier.sum)
    }

    /// An estimate of the value that `percent` of all do not exceed, or `nil` of an empty histogram.
    ///
    /// It is exact to the bucket and inside it assumes an even spread, from zero in the first one. What is above the
    /// last bound counts as the last bound.
    public func percentile(_ percent: Double) -> Double? {
        precondition(percent >= 0 && percent <= 100, "no percentile \(percent)")
        let count = count
        guard count > 0 else { return nil }
        let rank = percent / 100 * Double(count)
        var below = 0
        for (index, inBucket) in counts.enumerated() where inBucket > 0 {
            defer { below += inBucket }
            guard Double(below + inBucket) >= rank else { continue }
            guard index < buckets.bounds.count else { break }
            let upper = buckets.bounds[index]
            let lower = index > 0 ? buckets.bounds[index - 1] : min(0, upper)
            return lower + (upper - lower) * max(0, rank - Double(below)) / Double(inBucket)
        }
        return buckets.bounds[buckets.bounds.count - 1]
    }
}
