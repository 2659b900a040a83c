/// How a process of an application ends.
package struct ExitCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// All is well, a shutdown by SIGTERM or SIGINT included.
    package static let success = ExitCode(rawValue: 0)
    /// It could not start, or failed while it ran.
    package static let failure = ExitCode(rawValue: 1)
    /// The command line cannot be understood.
    package static let usage = ExitCode(rawValue: 2)
    /// The configuration is wrong; the code that `sysexits.h` has for it.
    package static let configuration = ExitCode(rawValue: 78)
}
