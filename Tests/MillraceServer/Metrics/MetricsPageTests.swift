import Foundation
import MillraceEngine
import MillraceSchedule
import MillraceTelemetry
import Testing

@testable import MillraceServer

/// The page for Prometheus of a node that has done some work.
@Suite(.timeLimit(.minutes(5))) struct MetricsPageTests {
    private let families: [String: PrometheusPage.Family]
    private let text: String

    init() async throws {
        let node = try CountingNode(
            yaml: CountingNode.yaml + """

                schedules:
                  often: { every: 1s, sink: service://Notifier/notify, payload: '"now"' }
                  seldom: { cron: "0 0 29 2 *", sink: service://Notifier/notify }
                """)
        defer { node.stop() }
        node.source.deliver("numbers", key: "a", values: ["1", "2", "3"])
        node.source.deliver("numbers", key: "b", values: ["-1"], from: 3)
        node.source.topics[0].intake.reportLogEnd(10, slot: 0)
        await node.wait { $0.records == 4 && $0.parkedKeys == 1 && $0.schedules[0].fired > 0 }
        text = node.node.metricsText
        families = try PrometheusPage.parse(text)
    }

    @Test func countsWhatWasDone() throws {
        #expect(try value("millrace_records_total") == 4)
        #expect(try value("millrace_emitted_records_total") == 3)
        #expect(try value("millrace_parked_keys") == 1)
        let partition = #"{subscription="numbers",topic="numbers",partition="0"}"#
        #expect(try value("millrace_partition_log_end", partition) == 10)
        #expect(try value("millrace_partition_lag", partition) == 6)
        #expect(
            try value(
                "millrace_partition_state", #"{subscription="numbers",topic="numbers",partition="0",state="running"}"#)
                == 1)
        #expect(try value("millrace_subscription_records_total", #"{subscription="numbers"}"#) == 4)
        #expect(
            try value("millrace_info", #"{version="\#(MillraceApplication.millraceVersion)",application="2.1"}"#) == 1)
        #expect(try value("millrace_schedule_fired_ticks_total", #"{schedule="often"}"#) >= 1)
        #expect(try value("millrace_schedule_fired_ticks_total", #"{schedule="seldom"}"#) == 0)
        #expect(try value("millrace_schedule_missed_ticks_total", #"{schedule="seldom"}"#) == 0)
        let next = Int64(try value("millrace_schedule_next_tick_time_seconds", #"{schedule="seldom"}"#))
        #expect(TickText.text(ofMilliseconds: next * 1000).contains("-02-29T00:00:00Z"))
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("process_open_fds") > 3)
    }

    /// The documentation's table has a row for every metric and none for others, with its type and meaning.
    @Test func everyMetricIsDocumented() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/operations.md").standardized
        let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
            .filter { $0.prefixMatch(of: #/\| `(?:millrace|process)_[a-z0-9_]+` \|/#) != nil }.map(String.init)
        let expected = families.sorted { $0.key < $1.key }.map { name, family in
            "| `\(name)` | \(family.labels.map { "`\($0)`" }.joined(separator: ", ")) | \(family.type) | \(family.help) |"
        }
        #expect(rows == expected, "docs/operations.md should say:\n\(expected.joined(separator: "\n"))")
    }

    private func value(_ name: String, _ labels: String = "") throws -> Double {
        let samples = text.split(separator: "\n").filter { $0.hasPrefix("\(name)\(labels) ") }
        let sample = try #require(samples.first, "\(name)\(labels)")
        return try #require(Double(sample.split(separator: " ").last ?? ""))
    }
}
