// Compares the `import` lines of the sources with the package's description, which `swift package dump-package` gives on
// standard input. SwiftPM stops a cycle, but lets an undeclared import pass when the module happens to be built already.
//
// Prints `file:line: what is wrong` for each fault, and ends with 1 if there is one.

import Foundation

struct Target {
    let name: String
    let type: String
    let path: String
    let excluded: [String]
    let dependencies: Set<String>

    /// The name to import the target by.
    var module: String { name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() }

    /// Whether the target is part of what ships, and not a test, an example or a benchmark.
    var isLibrary: Bool {
        (type == "regular" || type == "macro") && !path.hasPrefix("Tests/") && !path.hasPrefix("Benchmarks/")
    }
}

/// What a target must never reach, directly or through others, and why.
struct Direction {
    let target: String
    let reason: String
    let forbids: @Sendable (Target) -> Bool
}

let directions = [
    Direction(target: "Millrace", reason: "a handler's author gets no engine, no storage, no Kafka and no server") {
        $0.type == "system" || $0.path.hasPrefix("connectors/")
            || ["MillraceStore", "MillraceEngine", "MillraceHTTP", "MillraceServer"].contains($0.name)
    },
    Direction(target: "MillraceStore", reason: "the store knows no engine and no services") {
        $0.path.hasPrefix("connectors/") || ["Millrace", "MillraceEngine", "MillraceServer"].contains($0.name)
    },
    Direction(target: "MillraceEngine", reason: "the engine knows no connector and no server") {
        $0.path.hasPrefix("connectors/") || ["CKafka", "CUV"].contains($0.name)
            || ["MillraceConfiguration", "MillraceHTTP", "MillraceServer"].contains($0.name)
    },
]

var faults: [String] = []

func stop(_ message: String) -> Never {
    FileHandle.standardError.write(Data("check-imports: \(message)\n".utf8))
    exit(2)
}

@MainActor func readTargets() -> [Target] {
    let input = FileHandle.standardInput.readDataToEndOfFile()
    guard let package = try? JSONSerialization.jsonObject(with: input) as? [String: Any],
        let targets = package["targets"] as? [[String: Any]]
    else { stop("standard input is not the output of 'swift package dump-package'") }
    if let outside = package["dependencies"] as? [Any], !outside.isEmpty {
        faults.append("Package.swift:1: depends on an outside package; Millrace builds with the toolchain alone")
    }
    return targets.map { target in
        guard let name = target["name"] as? String, let type = target["type"] as? String else {
            stop("a target of the package has no name or no type")
        }
        var dependencies: Set<String> = []
        for dependency in target["dependencies"] as? [[String: Any]] ?? [] {
            for value in dependency.values {
                if let name = (value as? [Any])?.first as? String { dependencies.insert(name) }
            }
        }
        let path = target["path"] as? String ?? (type == "test" ? "Tests/" : "Sources/") + name
        let excluded = (target["exclude"] as? [String] ?? []).map { path + "/" + $0 }
        return Target(name: name, type: type, path: path, excluded: excluded, dependencies: dependencies)
    }
}

/// The Swift files of a target, as paths from the package's folder, sorted.
func sources(of target: Target) -> [String] {
    guard let paths = FileManager.default.enumerator(atPath: target.path) else {
        stop("target \(target.name) has no folder \(target.path)")
    }
    return paths.compactMap { $0 as? String }.map { target.path + "/" + $0 }
        .filter { path in path.hasSuffix(".swift") && !target.excluded.contains { path.hasPrefix($0) } }
        .sorted()
}

/// The module that a line imports: the `M` of `@testable public import struct M.Type`, if it is an import at all.
func importedModule(_ line: Substring) -> String? {
    let pattern =
        #/
        ^ \s* (?: @\w+ (?: \( [^)]* \) )? \s+ )*
        (?: (?: public | package | internal | fileprivate | private ) \s+ )?
        import \s+
        (?: (?: struct | class | enum | protocol | actor | typealias | func | var | let ) \s+ )?
        (\w+)
        /#
    return line.firstMatch(of: pattern).map { String($0.1) }
}

/// The line of Package.swift that names a target.
func manifestLine(of target: Target) -> Int {
    let manifest = (try? String(contentsOfFile: "Package.swift", encoding: .utf8)) ?? ""
    let lines = manifest.split(separator: "\n", omittingEmptySubsequences: false)
    return 1 + (lines.lastIndex { $0.contains("name: \"\(target.name)\"") } ?? 0)
}

/// What looks like a C library to the package and is a header of our own, without handles: there is nothing to wrap.
let headersOfOurs: Set<String> = ["CProcessor"]

let targets = readTargets()
let byName = Dictionary(uniqueKeysWithValues: targets.map { ($0.name, $0) })
let byModule = Dictionary(uniqueKeysWithValues: targets.map { ($0.module, $0) })
var importCount = 0
var importersOfLibraries: [String: Set<String>] = [:]

for target in targets where target.type != "system" {
    for file in sources(of: target) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { stop("cannot read \(file)") }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let module = importedModule(line), let imported = byModule[module] else { continue }
            importCount += 1
            let place = "\(file):\(index + 1)"
            if imported.name == target.name {
                faults.append("\(place): \(target.name) imports itself")
            } else if !target.dependencies.contains(imported.name) {
                faults.append(
                    "\(place): \(target.name) imports \(module), which it does not depend on in Package.swift")
            }
            if imported.type == "system", !headersOfOurs.contains(imported.name), target.isLibrary {
                let others = importersOfLibraries[imported.name, default: []].subtracting([target.name])
                if let other = others.min() {
                    faults.append(
                        "\(place): \(module) is wrapped by \(other) already; a C library has one Swift module")
                }
                importersOfLibraries[imported.name, default: []].insert(target.name)
            }
        }
    }
}

for direction in directions {
    guard let start = byName[direction.target] else { continue }
    var reached: Set<String> = []
    var ways: [[Target]] = [[start]]
    while let way = ways.popLast(), let last = way.last {
        for dependency in last.dependencies.sorted() where reached.insert(dependency).inserted {
            guard let next = byName[dependency] else { continue }
            if direction.forbids(next) {
                let names = (way + [next]).map(\.name).joined(separator: " -> ")
                faults.append("Package.swift:\(manifestLine(of: start)): \(names): \(direction.reason)")
            }
            ways.append(way + [next])
        }
    }
}

for fault in faults { print(fault) }
if !faults.isEmpty { exit(1) }
print("check-imports: \(importCount) imports in \(targets.count) targets follow Package.swift")
