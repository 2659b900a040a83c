internal import CFuzzer

/// Something that is fed arbitrary bytes, and must neither crash nor break its own word.
///
/// A conforming type with `@main` is an executable under libFuzzer, with libFuzzer's command line. It stands in
/// `Tests/Fuzz/NAME/NAME.swift` and in the list `fuzzTargets` of Package.swift; inputs to begin with stand in
/// `Tests/Fuzz/Seeds/NAME`.
public protocol FuzzTarget {
    /// Tries one input. A trap, in here or in what it calls, is a finding.
    static func tryInput(_ input: [UInt8])
}

extension FuzzTarget {
    /// Hands libFuzzer the command line and the target, and returns when it is done.
    public static func main() {
        unsafe current = Self.tryInput
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        _ = unsafe LLVMFuzzerRunDriver(&count, &arguments) { start, count in
            unsafe current(Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
    }
}

/// What libFuzzer's callback, which can capture nothing, calls. Written once, before libFuzzer starts.
nonisolated(unsafe) private var current: ([UInt8]) -> Void = { _ in }
