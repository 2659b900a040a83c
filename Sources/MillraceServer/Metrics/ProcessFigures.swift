import Glibc
import MillraceAllocator

/// What the operating system and the allocator know of this process.
struct ProcessFigures {
    /// Memory that is in RAM, in bytes.
    var residentBytes = 0
    /// Memory that is allocated and not freed, in bytes.
    var heapBytes = 0
    /// Address space, in bytes.
    var virtualBytes = 0
    /// CPU time, user and system, in seconds.
    var cpuSeconds = 0.0
    /// Threads.
    var threads = 0
    /// Open files, sockets and the like.
    var openFiles = 0

    /// The figures of this moment; what cannot be read is 0.
    static var now: ProcessFigures {
        var figures = ProcessFigures()
        figures.heapBytes = Allocator.allocatedBytes ?? 0
        let pages = read("/proc/self/statm").split(separator: " ").compactMap { Int($0) }
        let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))
        if pages.count > 1 {
            figures.virtualBytes = pages[0] * pageBytes
            figures.residentBytes = pages[1] * pageBytes
        }
        var usage = rusage()
        if unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            for time in [usage.ru_utime, usage.ru_stime] {
                figures.cpuSeconds += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
            }
        }
        figures.threads = entries("/proc/self/task")
        // The directory that is being listed is one of them.
        figures.openFiles = max(0, entries("/proc/self/fd") - 1)
        return figures
    }

    private static func read(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func entries(_ path: String) -> Int {
        guard let directory = unsafe opendir(path) else { return 0 }
        defer { unsafe _ = closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        return max(0, count - 2)
    }
}
