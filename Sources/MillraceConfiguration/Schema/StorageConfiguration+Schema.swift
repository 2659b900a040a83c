extension StorageConfiguration: ConfigurationSection {
    static let title = "storage"

    static var options: [Option<Self>] {
        [
            .value(
                "directory", \.directory, .text("path", expected: "a directory's path"), example: "/var/lib/millrace",
                "The data directory, made when it is not there; relative to the working directory."),
            .value(
                "shardCount", \.shardCount, .integer(in: 1...4096), example: "64",
                "How many slices the key space has. Fixed when the directory is made."),
            .value(
                "memory", \.memoryBytes, .size(atLeast: 16 << 20), example: "2GiB",
                "The bound of overlays, caches and RocksDB's memory together. Handlers that wait in memory, at most so many as it has room for, take up to a third of it beside."
            ),
            .value(
                "outbox", \.outboxBytes, .size(atLeast: 1 << 20), example: "20GiB",
                "How much of what was emitted is kept on the disk while a Kafka cluster takes nothing, before sources pause."
            ),
            .value(
                "durability", \.durability, .durability, example: "interval:100ms",
                "When what was decided may leave: `fsync`, once it is on the disk; `interval:…`, once the operating system has it, which syncs that often (a crash of the machine may then lose that much)."
            ),
            Option(
                reference: OptionReference(
                    name: "rocksdb", type: "mapping of names to texts, numbers, booleans", standard: "",
                    example: "{ max_background_jobs: 4 }",
                    meaning: "RocksDB's own options, passed on as they are. For those who know them.")
            ) { node, decoding, storage in
                let expected = "a mapping of RocksDB's options, as in { max_background_jobs: 4 }"
                for entry in decoding.entries(of: node, expected: expected) ?? [] {
                    guard isKafkaName(entry.key) else {
                        decoding.report(entry.keyStart, "\(quoted(entry.key)) is no name of an option of RocksDB")
                        continue
                    }
                    decoding.descend(".\(entry.key)", entry.value) {
                        storage.rocksdb[entry.key] = $0.value(entry.value, .anyText)
                    }
                }
            },
        ]
    }
}
