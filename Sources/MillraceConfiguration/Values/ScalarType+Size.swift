extension ScalarType<Int> {
    /// A number of bytes, such as `64MiB`, `1GB` or `4096`. `MB` is 1000 times 1000, `MiB` 1024 times 1024.
    static func size(atLeast minimum: Int) -> Self {
        let bound = "at least \(writeSize(minimum))"
        return ScalarType(
            name: "size, \(bound)", expected: "a size such as 64MiB, 1GB or 1048576 (bytes), \(bound)"
        ) { text throws(Mismatch) in
            guard let quantity = Quantity.all(in: text), let only = quantity.first, quantity.count == 1 else {
                throw Mismatch()
            }
            guard let unit = sizes.first(where: { $0.name == only.unit })?.bytes else {
                let near = sizes.first { $0.name.lowercased() == only.unit.lowercased() }
                let short = sizes.first { $0.name.lowercased() == only.unit.lowercased() + "ib" }
                throw Mismatch(
                    detail:
                        "there is no unit \(quoted(only.unit)); the units are B, kB, MB, GB, TB, KiB, MiB, GiB and TiB",
                    suggestion: (near ?? short).map { "\(only.number)\($0.name)" })
            }
            let (bytes, overflow) = Int(only.number).multipliedReportingOverflow(by: unit)
            guard !overflow else { throw Mismatch(detail: "it is too large") }
            guard bytes >= minimum else { throw Mismatch() }
            return bytes
        } write: {
            writeSize($0)
        }
    }

    private static var sizes: [(name: String, bytes: Int)] {
        [
            ("", 1), ("B", 1), ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000),
            ("TB", 1_000_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ]
    }

    private static func writeSize(_ bytes: Int) -> String {
        for unit in sizes.reversed().prefix(4) where bytes > 0 && bytes.isMultiple(of: unit.bytes) {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return "\(bytes)"
    }
}
