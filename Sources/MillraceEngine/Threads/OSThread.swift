import Glibc

/// A thread of the operating system that runs one function, and can be waited for.
@safe package final class OSThread: @unchecked Sendable {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    // Written by `init` and `join` only, which the owner calls one after the other.
    private var handle: pthread_t?

    /// Starts the thread.
    /// - Parameter name: shown by tools; at most 15 bytes.
    package init(name: String, _ run: @escaping @Sendable () -> Void) {
        var created = pthread_t()
        let body = unsafe Unmanaged.passRetained(Body(name: name, run: run))
        let failed = unsafe pthread_create(
            &created, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                OSThread.nameCurrent(body.name)
                body.run()
                return nil
            }, unsafe body.toOpaque())
        if failed == 0 { handle = created } else { unsafe body.release() }
    }

    /// Names the calling thread, for tools; a name that cannot be set does no harm.
    private static func nameCurrent(_ name: String) {
        let file = unsafe open("/proc/thread-self/comm", O_WRONLY)
        guard file >= 0 else { return }
        var name = String(name.prefix(15))
        name.withUTF8 { _ = unsafe write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    /// Whether the machine had a thread to give.
    package var isStarted: Bool { handle != nil }

    /// Waits until the function has returned.
    package func join() {
        guard let handle else { return }
        pthread_join(handle, nil)
        self.handle = nil
    }
}
