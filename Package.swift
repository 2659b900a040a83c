// swift-tools-version: 6.2
import CompilerPluginSupport
import Foundation
import PackageDescription

/// Where the running toolchain keeps the swift-syntax modules that its own macros use.
///
/// The manifest finds its toolchain by the library that it is itself linked with, because neither `PATH` nor an
/// environment variable names it reliably.
let swiftSyntax: String = {
    let marker = "/lib/swift/pm/ManifestAPI/libPackageDescription"
    let maps = FileHandle(forReadingAtPath: "/proc/self/maps")?.readDataToEndOfFile() ?? Data()
    for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
        guard let start = line.firstIndex(of: "/"), let end = line.range(of: marker) else { continue }
        return line[start..<end.lowerBound] + "/lib/swift/host"
    }
    return "/usr/lib/swift/host"
}()

let seesSwiftSyntax: [SwiftSetting] = [.unsafeFlags(["-I", swiftSyntax])]
let linksSwiftSyntax: [LinkerSetting] =
    [.unsafeFlags(["-L", swiftSyntax, "-Xlinker", "-rpath", "-Xlinker", swiftSyntax])]
    + ["SwiftSyntax", "SwiftSyntaxBuilder", "SwiftSyntaxMacros", "SwiftCompilerPluginMessageHandling"]
    .map { .linkedLibrary($0) }

/// The settings of every Swift target of ours.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// For modules on the way of a record: in release builds they are compiled without dynamic exclusivity checks, which
/// cost up to a fifth there, and optimised across modules, which saves most of the counting of references that generic contexts cost a
/// handler, a seventh; debug builds, the tests and the sanitizers know neither.
let hot: [SwiftSetting] =
    strict
    + [
        .unsafeFlags(
            ["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release))
    ]

/// jemalloc, or with `MILLRACE_ALLOCATOR=system` none: for builds with a sanitizer, which brings an allocator of its own.
let allocator: [Target.Dependency] = Context.environment["MILLRACE_ALLOCATOR"] == "system" ? [] : ["CJemalloc"]

/// The examples of durable execution: each an executable, examples/NAME/Sources.
let examples = [
    "async-tasks", "email-verification", "idempotent-reservation", "payment-state-machine", "payment-webhook",
    "reservation-saga", "role-update",
]

let package = Package(
    name: "millrace",
    products: [
        .library(name: "Millrace", targets: ["Millrace"]),
        .library(name: "MillraceServer", targets: ["MillraceServer"]),
        .executable(name: "event-enrichment", targets: ["event-enrichment"]),
        .executable(name: "millrace-bench", targets: ["millrace-bench"]),
    ],
    targets: [
        // C libraries, one target each.
        .systemLibrary(name: "CRocksDB", pkgConfig: "rocksdb", providers: [.apt(["librocksdb-dev"])]),
        .systemLibrary(name: "CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "CProtobuf", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CJemalloc", pkgConfig: "jemalloc", providers: [.apt(["libjemalloc-dev"])]),
        // A header of our own: processor instructions that Swift has no word for.
        .systemLibrary(name: "CProcessor"),
        // Generated from the .proto files in its folder Schemas, by .ci/generate-records.
        .target(name: "CRecords", dependencies: ["CProtobuf"], exclude: ["Schemas"]),

        // JSON, for any Codable type; depends on nothing of ours.
        .target(name: "MillraceJSON", swiftSettings: hot),

        // When schedules tick: cron expressions and time zones; depends on nothing of ours.
        .target(name: "MillraceSchedule", swiftSettings: strict),

        // What a handler's author imports.
        .macro(name: "MillraceMacros", swiftSettings: strict + seesSwiftSyntax, linkerSettings: linksSwiftSyntax),
        .target(name: "Millrace", dependencies: ["MillraceJSON", "MillraceMacros"], swiftSettings: hot),

        // What an invocation's journal and a remote handler's connection are made of.
        .target(name: "MillraceProtocol", dependencies: ["COpenSSL", "CRecords"], swiftSettings: hot),

        // The engine, from the disk up.
        .target(name: "MillraceTelemetry", swiftSettings: strict),
        .target(
            name: "MillraceStore", dependencies: ["CProcessor", "CRocksDB", "MillraceTelemetry"], swiftSettings: hot),
        .target(
            name: "MillraceEngine",
            dependencies: [
                "CProcessor", "Millrace", "MillraceJSON", "MillraceProtocol", "MillraceSchedule", "MillraceStore",
                "MillraceTelemetry",
            ], swiftSettings: hot),
        .target(name: "MillraceHTTP", dependencies: ["CUV"], swiftSettings: strict),

        // Connectors: behind the engine's source and sink protocols.
        .target(
            name: "MillraceKafka", dependencies: ["CKafka", "Millrace", "MillraceEngine", "MillraceTelemetry"],
            path: "connectors/Kafka/Sources", swiftSettings: hot),
        .target(
            name: "MillraceFile", dependencies: ["Millrace", "MillraceEngine"],
            path: "connectors/File/Sources", swiftSettings: strict),

        // What the YAML file says.
        .target(name: "MillraceConfiguration", dependencies: ["CYAML", "MillraceSchedule"], swiftSettings: strict),

        // For tests, ours and users'.
        .target(
            name: "MillraceTesting",
            dependencies: [
                "Millrace", "MillraceConfiguration", "MillraceEngine", "MillraceSchedule", "MillraceStore",
            ], swiftSettings: strict),

        // The engine on a simulated log, disk and clock, in one thread, by seed.
        .target(
            name: "MillraceSimulation",
            dependencies: ["Millrace", "MillraceEngine", "MillraceSchedule", "MillraceStore", "MillraceTesting"],
            swiftSettings: strict),
        .executableTarget(name: "millrace-soak", dependencies: ["MillraceSimulation"], swiftSettings: strict),

        // What allocates in a process that people run.
        .target(name: "MillraceAllocator", dependencies: allocator, swiftSettings: strict),

        // A process that people run.
        .target(
            name: "MillraceServer",
            dependencies: [
                "Millrace", "MillraceAllocator", "MillraceConfiguration", "MillraceEngine", "MillraceFile",
                "MillraceHTTP", "MillraceKafka", "MillraceSchedule", "MillraceStore", "MillraceTelemetry",
            ], swiftSettings: strict),

        // Examples.
        .executableTarget(
            name: "event-enrichment",
            dependencies: [
                "Millrace", "MillraceConfiguration", "MillraceEngine", "MillraceKafka", "MillraceServer",
                "MillraceTelemetry",
            ],
            path: "examples/event-enrichment/Sources", swiftSettings: strict),

        // Benchmarks: the workloads, and the raw ceilings under them.
        .target(
            name: "Ceilings", dependencies: ["CRocksDB", "CKafka"], path: "Benchmarks/Ceilings",
            cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [.linkedLibrary("rocksdb"), .linkedLibrary("rdkafka")]),
        .executableTarget(
            name: "millrace-bench",
            dependencies: [
                "Ceilings", "Millrace", "MillraceAllocator", "MillraceEngine", "MillraceKafka", "MillraceStore",
                "MillraceTelemetry",
            ],
            path: "Benchmarks/Sources", swiftSettings: hot),

        // The process that the crash tests kill.
        .executableTarget(
            name: "millrace-crash-child",
            dependencies: ["Millrace", "MillraceConfiguration", "MillraceEngine", "MillraceServer"],
            path: "Tests/Crash/Child", swiftSettings: strict),
        .testTarget(
            name: "CrashTests",
            dependencies: ["millrace-crash-child", "MillraceEngine", "MillraceKafka", "MillraceStore", "TestKit"],
            path: "Tests/Crash", exclude: ["Child"], swiftSettings: strict),

        // What tests of several modules need; it knows none of them.
        .target(name: "TestKit", path: "Tests/TestKit", swiftSettings: strict),

        // Tests, a folder a module.
        .testTarget(
            name: "MillraceAllocatorTests", dependencies: ["MillraceAllocator"], path: "Tests/MillraceAllocator",
            swiftSettings: strict),
        .testTarget(
            name: "MillraceConfigurationTests", dependencies: ["MillraceConfiguration", "MillraceSchedule", "TestKit"],
            path: "Tests/MillraceConfiguration", swiftSettings: strict),
        .testTarget(
            name: "MillraceScheduleTests", dependencies: ["MillraceSchedule", "TestKit"],
            path: "Tests/MillraceSchedule",
            swiftSettings: strict),
        .testTarget(
            name: "MillraceJSONTests", dependencies: ["MillraceJSON", "TestKit"], path: "Tests/MillraceJSON",
            swiftSettings: strict
        ),
        .testTarget(
            name: "MillraceStoreTests", dependencies: ["CRocksDB", "MillraceStore", "MillraceTesting", "TestKit"],
            path: "Tests/MillraceStore", swiftSettings: strict),
        .testTarget(
            name: "MillraceProtocolTests", dependencies: ["MillraceProtocol", "TestKit"],
            path: "Tests/MillraceProtocol",
            swiftSettings: strict),
        .testTarget(
            name: "MillraceHTTPTests", dependencies: ["MillraceHTTP", "TestKit"], path: "Tests/MillraceHTTP",
            swiftSettings: strict
        ),
        .testTarget(
            name: "MillraceTelemetryTests", dependencies: ["MillraceTelemetry"], path: "Tests/MillraceTelemetry",
            swiftSettings: strict),
        .testTarget(
            name: "MillraceEngineTests",
            dependencies: [
                "Millrace", "MillraceEngine", "MillraceSchedule", "MillraceStore", "MillraceTesting", "TestKit",
            ],
            path: "Tests/MillraceEngine", swiftSettings: strict),
        .testTarget(
            name: "MillraceFileTests",
            dependencies: ["Millrace", "MillraceEngine", "MillraceFile", "MillraceStore", "MillraceTesting"],
            path: "Tests/MillraceFile", swiftSettings: strict),
        .testTarget(
            name: "MillraceServerTests",
            dependencies: [
                "event-enrichment", "Millrace", "MillraceConfiguration", "MillraceEngine", "MillraceHTTP",
                "MillraceKafka", "MillraceSchedule", "MillraceServer", "MillraceTelemetry", "TestKit",
            ], path: "Tests/MillraceServer", swiftSettings: strict),
        .testTarget(
            name: "EventEnrichmentTests",
            dependencies: [
                "event-enrichment", "Millrace", "MillraceConfiguration", "MillraceEngine", "MillraceServer",
                "MillraceStore", "MillraceTesting",
            ], path: "Tests/EventEnrichment", swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["MillraceSimulation"], path: "Tests/Simulation",
            swiftSettings: strict),
        .testTarget(
            name: "MillraceKafkaTests",
            dependencies: [
                "CKafka", "Millrace", "MillraceEngine", "MillraceKafka", "MillraceStore", "MillraceTesting",
                "TestKit",
            ],
            path: "Tests/MillraceKafka", swiftSettings: strict),
        // Tests of what a handler's author imports.
        .testTarget(
            name: "MillraceMacrosTests", dependencies: ["MillraceMacros"], path: "Tests/MillraceMacros",
            swiftSettings: strict + seesSwiftSyntax, linkerSettings: linksSwiftSyntax),
        .testTarget(
            name: "MillraceTests", dependencies: ["Millrace", "MillraceJSON", "TestKit"], path: "Tests/Millrace",
            swiftSettings: strict),
        .testTarget(
            name: "ExampleTests",
            dependencies: ["Millrace", "MillraceServer", "MillraceTesting"]
                + examples.map { .target(name: $0) },
            path: "Tests/Examples", swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx20
)
for name in examples {
    package.targets.append(
        .executableTarget(
            name: name, dependencies: ["Millrace", "MillraceServer"], path: "examples/\(name)/Sources",
            swiftSettings: strict))
    package.products.append(.executable(name: name, targets: [name]))
}

// Fuzz targets are there for `make fuzz` only: libFuzzer's instrumentation goes into every module but the macros, which
// run inside the compiler. Each is Tests/Fuzz/NAME.
let fuzzTargets: [(name: String, modules: [Target.Dependency])] = [
    ("FuzzConfiguration", ["MillraceConfiguration"]),
    ("FuzzHTTP1", ["MillraceHTTP"]),
    ("FuzzJSON", ["Millrace", "MillraceJSON"]),
    ("FuzzLines", ["MillraceFile"]),
    ("FuzzProtocol", ["Millrace", "MillraceProtocol"]),
]
if Context.environment["MILLRACE_FUZZ"] != nil {
    #if arch(arm64)
        let architecture = "aarch64"
    #else
        let architecture = "x86_64"
    #endif
    let library = swiftSyntax + "/../clang/lib/linux/libclang_rt.fuzzer_no_main-\(architecture).a"
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .target(name: "FuzzSupport", dependencies: ["CFuzzer"], path: "Tests/Fuzz/FuzzSupport", swiftSettings: strict),
    ]
    for (name, modules) in fuzzTargets {
        package.targets.append(
            .executableTarget(
                name: name, dependencies: modules + ["FuzzSupport"], path: "Tests/Fuzz/" + name, swiftSettings: strict,
                linkerSettings: [.unsafeFlags([library])]))
    }
    for target in package.targets where target.type == .regular || target.type == .executable {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer"])]
    }
}
