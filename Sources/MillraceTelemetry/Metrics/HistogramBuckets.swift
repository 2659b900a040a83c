import Glibc

/// The upper bounds, inclusive and rising, of a histogram's buckets. What is above the last falls into one more bucket.
public struct HistogramBuckets: Equatable, Sendable {
    /// The bounds.
    public let bounds: [Double]

    /// Buckets of these bounds: at least one, finite and rising.
    public init(_ bounds: [Double]) {
        precondition(!bounds.isEmpty && bounds.allSatisfy(\.isFinite), "a histogram needs finite bounds, not \(bounds)")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds must rise: \(bounds)")
        self.bounds = bounds
    }

    /// 1, 2 and 5 of every power of ten from `10^first` to `10^last`.
    public static func decades(from first: Int, through last: Int) -> HistogramBuckets {
        // Powers above one divide, so that the bounds are the nearest numbers to 0.001 and so on, and print that way.
        func scaled(_ digit: Double, _ power: Int) -> Double {
            power < 0 ? digit / pow(10, Double(-power)) : digit * pow(10, Double(power))
        }
        return HistogramBuckets(
            (first..<last).flatMap { power in [1, 2, 5].map { scaled($0, power) } } + [scaled(1, last)])
    }

    /// Every power of `factor` times `start`: `count` bounds.
    public static func exponential(from start: Double, factor: Double, count: Int) -> HistogramBuckets {
        HistogramBuckets((0..<count).map { start * pow(factor, Double($0)) })
    }

    /// Seconds from ten microseconds to a hundred seconds.
    public static let latencies = decades(from: -5, through: 2)

    /// Counts from one to a million, for example of records in a batch.
    public static let counts = decades(from: 0, through: 6)

    /// The index of the bucket that `value` falls into, `bounds.count` for the one above the last bound.
    func index(of value: Double) -> Int {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if value <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
