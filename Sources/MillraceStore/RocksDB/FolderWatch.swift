import Glibc

/// Tells whether a folder has got or lost files, without listing it, by inotify(7). To be used by one thread at a time.
@safe final class FolderWatch {
    /// -1 where the system gives no watch, as it has a limit of them: then nobody can tell.
    private let descriptor: Int32
    private var isFirst = true

    init(_ folder: String) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        let events = UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE)
        if descriptor >= 0, unsafe inotify_add_watch(descriptor, folder, events) < 0 {
            _ = close(descriptor)
            self.descriptor = -1
        } else {
            self.descriptor = descriptor
        }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Whether files may have come or gone since the last call. What a system call has done that returned before this one is called,
    /// is seen. At first, and where nobody can tell, the answer is yes.
    func hasChanged() -> Bool {
        guard descriptor >= 0 else { return true }
        defer { isFirst = false }
        var hasEvents = false
        while true {
            // What the events say does not matter.
            let count = unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                unsafe read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count > 0 {
                hasEvents = true
            } else if count < 0, errno == EAGAIN {
                return hasEvents || isFirst
            } else if count == 0 || errno != EINTR {
                return true
            }
        }
    }
}
