import Ceilings
import Glibc
import MillraceAllocator
import MillraceEngine

/// `millrace-bench [--only NAME,…] [--kafka HOST:PORT --topic NAME] [--events N] [--threads N] [--json]`
@main
struct Main {
    static func main() throws {
        Allocator.returnFreedMemory()
        guard let options = BenchOptions(CommandLine.arguments.dropFirst()) else {
            say(BenchOptions.usage)
            exit(2)
        }
        if options.lists { return Workload.all.forEach { print($0.name) } }
        unsafe Bench.settings = (options.memoryBytes ?? BenchOptions.usualMemoryBytes, options.storage)
        if let directory = options.restartLoad { return try Workload.restartLoad(directory, threads: options.threads) }
        if let directory = options.restartOpen { return try Workload.restartOpen(directory, threads: options.threads) }
        unsafe system("mkdir -p '\(Bench.base)'")
        defer { unsafe system("rm -rf '\(Bench.base)'") }
        let workloads = Workload.all.filter {
            options.only.isEmpty ? options.kafka == nil || $0.readsKafka : options.only.contains($0.name)
        }
        let unknown = options.only.filter { name in
            !Workload.all.contains { $0.name == name } && !Workload.ceilings.contains(name)
        }
        guard unknown.isEmpty else {
            say(
                "unknown workloads: \(unknown.joined(separator: ", ")); there are \(Workload.all.map(\.name).joined(separator: ", "))"
            )
            exit(2)
        }
        var input: KafkaInput?
        do {
            if let bootstrap = options.kafka {
                guard let topic = options.topic else { throw BenchFailure(description: "--kafka needs --topic too") }
                input = try KafkaInput(bootstrap: bootstrap, topic: topic, records: options.events)
            }
        } catch {
            say("bench: \(error)")
            exit(2)
        }
        let ceilings = measureCeilings(options, input)
        if !options.json { print(Result.header) }
        var lines: [String] = []
        for workload in workloads {
            // Each in a process of its own, so that its memory and its threads are its own.
            if workloads.count > 1 {
                for line in runChild(workload.name) {
                    lines.append(String(line.dropLast()) + ceilings.json + "}")
                    print(options.json ? lines[lines.count - 1] : Result.row(json: line))
                    fflush(nil)
                }
                continue
            }
            unsafe KafkaInput.current = workload.readsKafka ? input : nil
            for result in try workload.run(options) {
                lines.append(result.json(ceilings))
                print(options.json ? result.json(ceilings) : result.row)
                fflush(nil)
            }
        }
        if !options.json, let path = options.output, let file = unsafe fopen(path, "w") {
            for line in lines { unsafe fputs(line + "\n", file) }
            unsafe fclose(file)
            print("written to \(path)")
        }
    }

    /// Runs this program for one workload, with the same options, and returns the JSON lines it prints.
    static func runChild(_ name: String) -> [String] {
        var arguments = CommandLine.arguments
        if let at = arguments.firstIndex(of: "--only") {
            arguments.removeSubrange(at...min(at + 1, arguments.count - 1))
        }
        arguments += ["--only", name, "--json", "--no-ceilings"]
        let command = arguments.map { "'\($0)'" }.joined(separator: " ")
        guard let pipe = unsafe popen(command, "r") else { return [] }
        defer { unsafe pclose(pipe) }
        var lines: [String] = []
        var buffer = [CChar](repeating: 0, count: 8192)
        while unsafe fgets(&buffer, 8192, pipe) != nil {
            let line = String(
                decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if line.hasPrefix("{") { lines.append(line) }
        }
        return lines
    }

    static func measureCeilings(_ options: BenchOptions, _ input: KafkaInput?) -> Ceilings {
        var ceilings = Ceilings()
        guard !options.skipsCeilings else { return ceilings }
        let events = options.quick ? 300_000 : 2_000_000
        func measure(_ name: String, _ body: (String) -> Double) {
            let directory = "\(Bench.base)/ceiling"
            let value = body(directory)
            unsafe system("rm -rf '\(directory)'")
            ceilings.fields.append((name, value))
            if !options.json { print("\(name) \(rounded(value))") }
        }
        measure("ceiling_put_us") { unsafe ceiling_put($0, events / 2, 1_000_000) }
        measure("ceiling_get_put_us") { unsafe ceiling_get_put($0, events / 2, 1_000_000) }
        measure("ceiling_block_us") { unsafe ceiling_block($0, events * 2, 1_000_000, 500_000) }
        if let input {
            measure("ceiling_consume_us") { _ in
                unsafe ceiling_consume(input.bootstrap, input.topic, min(events, input.records))
            }
        }
        return ceilings
    }
}
