import Glibc
import Synchronization

/// One thread of the operating system, for work that blocks: sources, sinks, write-back.
package final class BackgroundThread: Sendable {
    /// The system gave no thread.
    package struct CannotStart: Error, CustomStringConvertible {
        let name: String
        let code: Int32

        package var description: String {
            "cannot start thread '\(name)': \(code == EAGAIN ? "the process may have no more threads (ulimit -u)" : "error \(code)")"
        }
    }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: Mutex<pthread_t?>

    /// Starts a thread that runs `body` and ends. Of the name, the first 15 bytes are shown by the system's tools.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(CannotStart) {
        let box = unsafe Unmanaged.passRetained(Body(name: name, run: body))
        var handle = pthread_t()
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                BackgroundThread.nameThisThread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            throw CannotStart(name: name, code: code)
        }
        thread = Mutex(handle)
    }

    deinit {
        if let handle = thread.withLock({ $0 }) { pthread_detach(handle) }
    }

    /// Waits until the thread has ended. Further calls return at once.
    package func join() {
        let handle = thread.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let handle { pthread_join(handle, nil) }
    }

    private static func nameThisThread(_ name: String) {
        // What pthread_setname_np does; Swift does not see that one.
        let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let bytes = [UInt8](name.utf8.prefix(15))
        _ = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}
