import MillraceTelemetry
import Testing

@Suite struct MetricsRegistryTests {
    let registry = MetricsRegistry()

    @Test func rendersSortedFamiliesWithHelpAndType() {
        registry.gauge("b_bytes", help: "Bytes \\ in\nuse.").set(1.5)
        let records = registry.counters("a_total", help: "Records.", labels: ["topic", "partition"])
        records.with("t", "1").increment()
        records.with("t", "0").increment(by: 41)
        records.with("t", "0").increment()
        _ = registry.counters("c_total", help: "None yet.", labels: ["x"])
        #expect(
            registry.prometheusText() == #"""
                # HELP a_total Records.
                # TYPE a_total counter
                a_total{topic="t",partition="0"} 42
                a_total{topic="t",partition="1"} 1
                # HELP b_bytes Bytes \\ in\nuse.
                # TYPE b_bytes gauge
                b_bytes 1.5
                # HELP c_total None yet.
                # TYPE c_total counter

                """#)
    }

    @Test func escapesLabels() {
        registry.gauges("g", help: "", labels: ["key"]).with("a\"b\\c\nd é").set(2)
        #expect(registry.prometheusText().hasSuffix(#"g{key="a\"b\\c\nd é"} 2"# + "\n"))
    }

    @Test func rendersHistogramsCumulatively() {
        let latency = registry.histogram("l_seconds", help: "L.", buckets: HistogramBuckets([0.1, 1]))
        latency.record(0.1)
        latency.record(0.5, count: 3)
        latency.record(.seconds(2))
        #expect(
            registry.prometheusText() == """
                # HELP l_seconds L.
                # TYPE l_seconds histogram
                l_seconds_bucket{le="0.1"} 1
                l_seconds_bucket{le="1"} 4
                l_seconds_bucket{le="+Inf"} 5
                l_seconds_sum 3.6
                l_seconds_count 5

                """)
    }

    @Test func asksCollectorsAtEveryScrape() {
        let depth = registry.gauge("depth", help: "D.")
        registry.collect { samples in
            depth.add(1)
            samples.gauge("lag", help: "Lag.", labels: [MetricLabel("partition", "0")], depth.value)
            samples.counter("reads_total", help: "Reads.", 7)
            samples.gauge("odd", help: "", labels: [MetricLabel("v", "1")], .nan)
            samples.gauge("odd", help: "", labels: [MetricLabel("v", "2")], -.infinity)
        }
        #expect(registry.prometheusText().contains("lag{partition=\"0\"} 1\n"))
        let second = registry.prometheusText()
        #expect(second.contains("lag{partition=\"0\"} 2\n"))
        #expect(second.contains("# TYPE reads_total counter\nreads_total 7\n"))
        #expect(second.contains("odd{v=\"1\"} NaN\nodd{v=\"2\"} -Inf\n"))
    }

    @Test func givesTheSameMetricForTheSameName() {
        #expect(registry.counter("c_total", help: "C.") === registry.counter("c_total", help: "C."))
        let family = registry.gauges("g", help: "G.", labels: ["a"])
        #expect(family.with("1") === registry.gauges("g", help: "G.", labels: ["a"]).with("1"))
        family.with("1").set(5)
        family.remove("1")
        #expect(family.with("1").value == 0)
    }

    @Test func countsOfManyThreadsAddUp() async {
        let (counter, gauge, histogram) = (Counter(), Gauge(), Histogram())
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        gauge.add(0.5)
                        histogram.record(1)
                    }
                }
            }
        }
        #expect(counter.value == 40_000)
        #expect(gauge.value == 20_000)
        #expect(histogram.count == 40_000 && histogram.snapshot.sum == 40_000)
    }
}
