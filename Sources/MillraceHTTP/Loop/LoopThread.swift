import CUV
import Glibc

/// Starts threads of our own, outside the pool of Swift's tasks.
enum LoopThread {
    /// Runs `body` on a new thread. Signals stay with the other threads; a broken pipe is an error code there.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(UVError) {
        var (all, before) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { start in
                guard let start = unsafe start else { return nil }
                let taken = unsafe Unmanaged<Start>.fromOpaque(start).takeRetainedValue()
                unsafe millrace_name_thread(taken.name)
                taken.body()
                return nil
            }, unsafe start.toOpaque())
        guard result == 0 else {
            unsafe start.release()
            throw UVError(code: -result)
        }
        pthread_detach(thread)
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            // Linux takes 15 bytes.
            self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
            self.body = body
        }
    }
}
