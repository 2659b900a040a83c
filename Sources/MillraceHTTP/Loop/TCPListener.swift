import CUV

/// Listens on an address. Loop's thread only.
@safe final class TCPListener: LoopHandle {
    private let loop: EventLoop
    private let accept: (TCPStream) -> Void

    /// Binds and listens at once; connections come when the loop runs.
    init(
        _ loop: EventLoop, on address: SocketAddress, backlog: Int, accept: @escaping (TCPStream) -> Void
    ) throws(UVError) {
        self.loop = loop
        self.accept = accept
        guard let target = RawSocketAddress(host: address.host, port: address.port) else { throw UVError(UV_EINVAL) }
        try unsafe super.init(loop, as: uv_tcp_t.self) { unsafe uv_tcp_init($0, $1) }
        do throws(UVError) {
            try UVError.check(unsafe target.withPointer { unsafe uv_tcp_bind(pointer(to: uv_tcp_t.self), $0, 0) })
            try UVError.check(
                unsafe uv_listen(pointer(to: uv_stream_t.self), Int32(backlog)) { stream, status in
                    let listener = unsafe TCPListener.owner(stream?.pointee.data)
                    // A failed accept (no descriptor left, a client gone again) concerns that client only.
                    guard status == 0, let stream = try? TCPStream(accepting: listener, of: listener.loop) else {
                        return
                    }
                    listener.accept(stream)
                })
        } catch {
            close()
            throw error
        }
    }

    /// The address with the port that was chosen.
    func boundAddress() throws(UVError) -> SocketAddress {
        let address = try unsafe RawSocketAddress { unsafe uv_tcp_getsockname(pointer(to: uv_tcp_t.self), $0, $1) }
            .address
        guard let address else { throw UVError(UV_EAFNOSUPPORT) }
        return address
    }
}
