/// Moves bytes between a socket and an ``HTTP1Connection``, and requests between that and the handler. Loop's thread
/// only.
final class HTTPServerConnection: TCPStreamDelegate {
    private let stream: TCPStream
    private let peer: SocketAddress?
    private unowned let server: HTTPServerLoop
    private var machine: HTTP1Connection
    private var request: HTTPRequest?
    private var isOutputEnded = false

    init(_ stream: TCPStream, of server: HTTPServerLoop) {
        self.stream = stream
        self.server = server
        peer = stream.peer
        machine = HTTP1Connection(limits: server.options.limits, now: server.now)
    }

    /// When the next time-out is due.
    var deadline: Duration? { machine.deadline }

    func start() {
        stream.delegate = self
        advance()
    }

    func expire() {
        machine.expire(now: server.now, date: server.date())
        advance()
    }

    func drain() {
        // What has arrived but was not read yet may be a request; a turn of the loop would tell, and the client has to
        // be ready for an idle connection that closes anyway.
        machine.drain()
        advance()
    }

    func abort() {
        machine.abort()
        advance()
    }

    func streamDidRead(_ bytes: Span<UInt8>) {
        machine.receive(bytes, now: server.now)
        advance()
    }

    func streamDidEnd() {
        machine.peerDidEnd()
        advance()
    }

    func streamDidFail(_ error: UVError) { abort() }

    func streamDidWrite() {
        machine.didWrite(now: server.now)
        advance()
    }

    /// Does all that can be done without waiting.
    private func advance() {
        guard !stream.isClosed else { return }
        while true {
            while let event = machine.next(now: server.now, date: server.date()) { take(event) }
            let output = machine.takeOutput()
            guard !output.isEmpty else { break }
            do throws(UVError) {
                guard try stream.write(output) else { break }
                machine.didWrite(now: server.now)
            } catch {
                machine.abort()
            }
        }
        switch machine.ending {
        case .none: break
        case .endOutput:
            if !isOutputEnded && !machine.isWriting {
                isOutputEnded = true
                stream.endOutput()
            }
        case .close:
            if !machine.isWriting { return close() }
        case .abort: return close()
        }
        stream.setReading(machine.wantsInput)
        if let deadline = machine.deadline { server.expect(deadline) }
    }

    private func take(_ event: HTTP1Connection.Event) {
        switch event {
        case .head(var head):
            head.peer = peer
            request = head
        case .body(let bytes): request?.body += bytes
        case .end:
            guard let complete = request.take() else { preconditionFailure("a request's end without its head") }
            machine.respond(server.answer(complete), date: server.date(), now: server.now)
        }
    }

    private func close() {
        stream.close()
        server.remove(self)
    }
}
