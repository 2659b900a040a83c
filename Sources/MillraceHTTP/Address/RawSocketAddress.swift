import CUV

/// An address as the kernel has it.
@safe struct RawSocketAddress {
    private var storage = sockaddr_storage()

    /// The address of a host in numbers, or `nil` where it is none.
    init?(host: String, port: UInt16) {
        let result =
            if host.contains(":") {
                unsafe withUnsafeMutableBytes(of: &storage) {
                    guard let memory = $0.baseAddress else { return UV_EINVAL.rawValue }
                    return unsafe uv_ip6_addr(host, Int32(port), memory.assumingMemoryBound(to: sockaddr_in6.self))
                }
            } else {
                unsafe withUnsafeMutableBytes(of: &storage) {
                    guard let memory = $0.baseAddress else { return UV_EINVAL.rawValue }
                    return unsafe uv_ip4_addr(host, Int32(port), memory.assumingMemoryBound(to: sockaddr_in.self))
                }
            }
        guard result == 0 else { return nil }
    }

    /// The address that `fill` writes, or the error it returns.
    init(
        _ fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
    ) throws(UVError) {
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutableBytes(of: &storage) {
            guard let memory = $0.baseAddress else { return UV_EINVAL.rawValue }
            return unsafe fill(memory.assumingMemoryBound(to: sockaddr.self), &length)
        }
        try UVError.check(result)
    }

    /// Lends the address to a C function.
    func withPointer<R>(_ body: (UnsafePointer<sockaddr>) -> R) -> R {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }

    /// The address for people, or `nil` of a family other than IPv4 and IPv6.
    var address: SocketAddress? {
        let family = Int32(storage.ss_family)
        guard family == AF_INET || family == AF_INET6 else { return nil }
        var name = [CChar](repeating: 0, count: 64)
        let result = unsafe withPointer { unsafe uv_ip_name($0, &name, name.count) }
        guard result == 0 else { return nil }
        let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The port stands at the same place for both families, in the network's order.
        let port = unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        return SocketAddress(host: host, port: UInt16(bigEndian: port), isIPv6: family == AF_INET6)
    }
}
