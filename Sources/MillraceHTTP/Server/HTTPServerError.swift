/// Why a server could not start.
package enum HTTPServerError: Error, Equatable, CustomStringConvertible, Sendable {
    /// Another socket listens on this port.
    case portInUse(SocketAddress)
    /// The kernel does not let this user listen on the port.
    case notPermitted(SocketAddress)
    /// This machine does not have the address.
    case noSuchAddress(SocketAddress)
    /// Anything else, with the system's words for it.
    case system(SocketAddress, reason: String)

    /// What is wrong, and what to do.
    package var description: String {
        switch self {
        case .portInUse(let address):
            "cannot listen on \(address): the port is in use; "
                + "choose another one, or stop the process that `ss -ltnp 'sport = :\(address.port)'` shows"
        case .notPermitted(let address):
            "cannot listen on \(address): ports below 1024 are for root by default; choose a higher one, or give the "
                + "process CAP_NET_BIND_SERVICE"
        case .noSuchAddress(let address):
            "cannot listen on \(address): this machine does not have that address; `ip address` shows those it has, "
                + "and * means all of them"
        case .system(let address, let reason):
            "cannot listen on \(address): \(reason)"
        }
    }
}
