import CUV
import Synchronization

/// Serves HTTP/1.1 on a thread of its own.
///
/// The handler runs on that thread, for one request at a time: it must answer without waiting. Stop the server with
/// ``stop(grace:)``; one that is let go stops at once.
package final class HTTPServer: Sendable {
    package typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    /// Where it listens, with the port that was chosen.
    package let address: SocketAddress
    package let statistics = HTTPServerStatistics()
    private let loop: EventLoop
    private let server: LoopBound<HTTPServerLoop>
    private let life = Life()

    /// Listens, and serves from now on.
    package init(_ options: HTTPServerOptions = HTTPServerOptions(), handler: @escaping Handler) throws(HTTPServerError)
    {
        do throws(UVError) {
            loop = try EventLoop()
            let made: HTTPServerLoop
            do throws(UVError) {
                made = try HTTPServerLoop(options, loop: loop, statistics: statistics, handler: handler)
            } catch {
                loop.closeMailbox()
                loop.runToEnd()
                throw error
            }
            server = LoopBound(made, to: loop)
            do throws(UVError) {
                address = try made.boundAddress()
                try loop.start(name: options.threadName) { [life] in life.end() }
            } catch {
                made.closeHandles()
                loop.runToEnd()
                throw error
            }
        } catch {
            throw HTTPServerError(error, options.address)
        }
    }

    deinit { beginStop(grace: .zero) }

    /// Stops: accepts no more connections, closes idle ones, lets each other one finish the request it is at, and after
    /// `grace` closes what is left. Returns when the thread is about to end. A second call only shortens the time.
    package func stop(grace: Duration = .seconds(10)) async {
        beginStop(grace: grace)
        await life.waitForEnd()
    }

    /// Begins what ``stop(grace:)`` does, and returns at once.
    package func beginStop(grace: Duration = .seconds(10)) {
        loop.submit { [server] in server.value.stop(grace: grace) }
    }

    /// Whether the thread still runs, and who waits for its end.
    private final class Life: Sendable {
        private struct State {
            var hasEnded = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }
        private let state = Mutex(State())

        func end() {
            let waiters = state.withLock { state in
                state.hasEnded = true
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        func waitForEnd() async {
            await withCheckedContinuation { waiter in
                let hasEnded = state.withLock { state in
                    if !state.hasEnded { state.waiters.append(waiter) }
                    return state.hasEnded
                }
                if hasEnded { waiter.resume() }
            }
        }
    }
}

extension HTTPServerError {
    init(_ error: UVError, _ address: SocketAddress) {
        switch error {
        case UVError(UV_EADDRINUSE): self = .portInUse(address)
        case UVError(UV_EACCES), UVError(UV_EPERM): self = .notPermitted(address)
        case UVError(UV_EADDRNOTAVAIL): self = .noSuchAddress(address)
        default: self = .system(address, reason: error.description)
        }
    }
}
