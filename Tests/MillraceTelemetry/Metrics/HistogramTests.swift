import MillraceTelemetry
import Testing

@Suite struct HistogramTests {
    @Test func estimatesPercentilesInsideABucket() {
        let histogram = Histogram(buckets: HistogramBuckets([1, 2, 4]))
        #expect(histogram.percentile(50) == nil)
        histogram.record(0.5, count: 50)
        histogram.record(1.5, count: 25)
        histogram.record(100, count: 25)
        #expect(histogram.percentile(0) == 0)
        #expect(histogram.percentile(25) == 0.5)
        #expect(histogram.percentile(50) == 1)
        #expect(histogram.percentile(75) == 2)
        #expect(histogram.percentile(99) == 4)
    }

    @Test func bucketsIncludeTheirUpperBound() {
        let histogram = Histogram(buckets: HistogramBuckets([-1, 0, 10]))
        for value in [-2, -1, -0.5, 0, 10, 10.5, .infinity, .nan] { histogram.record(value) }
        #expect(histogram.snapshot.counts == [2, 2, 1, 2])
    }

    @Test func differencesCoverATime() {
        let histogram = Histogram(buckets: .counts)
        histogram.record(5, count: 10)
        let before = histogram.snapshot
        histogram.record(500, count: 3)
        #expect(histogram.snapshot.since(before).count == 3)
        #expect(histogram.snapshot.since(before).sum == 1500)
    }

    @Test func decadesAreTheNearestNumbers() {
        #expect(
            HistogramBuckets.decades(from: -2, through: 1).bounds == [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10])
        #expect(HistogramBuckets.exponential(from: 1, factor: 2, count: 4).bounds == [1, 2, 4, 8])
    }
}
