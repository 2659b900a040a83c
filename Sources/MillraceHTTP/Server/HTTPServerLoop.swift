/// What of a server lives on its loop's thread: the listener, the connections and their time-outs.
final class HTTPServerLoop {
    let options: HTTPServerOptions
    private let loop: EventLoop
    private let handler: @Sendable (HTTPRequest) -> HTTPResponse
    private let statistics: HTTPServerStatistics
    private var listener: TCPListener?
    private var timer: LoopTimer?
    private var timerDue: Duration?
    private var connections: [ObjectIdentifier: HTTPServerConnection] = [:]
    private var stopDeadline: Duration?
    private var dates = HTTPDate()

    /// Listens; the loop is not running yet.
    init(
        _ options: HTTPServerOptions, loop: EventLoop, statistics: HTTPServerStatistics,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(UVError) {
        self.options = options
        self.loop = loop
        self.statistics = statistics
        self.handler = handler
        // The handles' closures hold this object until they are closed.
        timer = try LoopTimer(loop) { self.tick() }
        do throws(UVError) {
            listener = try TCPListener(loop, on: options.address, backlog: options.backlog) { self.accept($0) }
        } catch {
            closeHandles()
            throw error
        }
    }

    var now: Duration { loop.now }

    func boundAddress() throws(UVError) -> SocketAddress {
        guard let listener else { throw UVError(code: 0) }
        return try listener.boundAddress()
    }

    // What connections ask.

    func date() -> String { dates.now() }

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        statistics.didAnswer()
        return handler(request)
    }

    /// Has time-outs looked at when `deadline` comes.
    func expect(_ deadline: Duration) {
        if let timerDue, timerDue <= deadline { return }
        timerDue = deadline
        timer?.start(after: deadline - now)
    }

    func remove(_ connection: HTTPServerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        statistics.didClose(open: connections.count)
        if stopDeadline != nil && connections.isEmpty { closeHandles() }
    }

    // Stopping.

    /// Listens no more, lets requests finish for `grace`, and ends the loop. A second call can only shorten the time.
    func stop(grace: Duration) {
        let deadline = now + grace
        stopDeadline = min(stopDeadline ?? deadline, deadline)
        listener?.close()
        listener = nil
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty { closeHandles() } else { expect(deadline) }
    }

    func closeHandles() {
        listener?.close()
        timer?.close()
        (listener, timer) = (nil, nil)
        loop.closeMailbox()
    }

    private func accept(_ stream: TCPStream) {
        guard connections.count < options.maxConnections else { return refuse(stream) }
        let connection = HTTPServerConnection(stream, of: self)
        connections[ObjectIdentifier(connection)] = connection
        statistics.didAccept(open: connections.count)
        connection.start()
    }

    private func refuse(_ stream: TCPStream) {
        statistics.didRefuse()
        var output: [UInt8] = []
        HTTP1ResponseWriter.append(
            .text("too many connections\n", .serviceUnavailable), to: &output, date: date(), keepsAlive: false)
        // An empty socket takes so few bytes at once; where it does not, the client learns from the close.
        _ = try? stream.write(output)
        stream.close()
    }

    private func tick() {
        timerDue = nil
        if let stopDeadline, stopDeadline <= now {
            for connection in Array(connections.values) { connection.abort() }
            return
        }
        for connection in Array(connections.values) {
            if let deadline = connection.deadline, deadline <= now { connection.expire() }
        }
        // A connection's end may have closed the loop meanwhile.
        let next = (connections.values.compactMap(\.deadline) + [stopDeadline].compactMap(\.self)).min()
        if let next, timer != nil { expect(next) }
    }
}
