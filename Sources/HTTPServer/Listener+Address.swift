import CSockets
import Glibc
import Platform

extension Listener {
    /// Binds and listens on the first address that `host` resolves to; gives descriptor and port.
    static func listen(_ host: String, _ port: UInt16) throws(SystemError) -> (Int32, UInt16) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &found)
        guard status == 0, let first = found else {
            throw SystemError("resolve \(host): \(String(cString: gai_strerror(status)))", code: EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(first) }
        let descriptor = tessera_stream_socket(first.pointee.ai_family)
        guard descriptor >= 0 else { throw SystemError("make a socket for \(host)") }
        // A restarted gateway takes its port again while old connections are in TIME_WAIT; two live ones never share it.
        _ = tessera_set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0,
            Glibc.listen(descriptor, 4096) == 0
        else {
            let error = SystemError("listen on \(host):\(port)")
            Glibc.close(descriptor)
            throw error
        }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        let bound = withUnsafeBytes(of: &address) { bytes in
            // The port lies behind the family in both address families, in network order.
            UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        }
        return (descriptor, bound)
    }

    /// The numeric address without its port.
    static func text(_ address: inout sockaddr_storage) -> String {
        let family = Int32(address.ss_family)
        return withUnsafeBytes(of: &address) { bytes in
            guard let base = bytes.baseAddress else { return "" }
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
                guard let text = buffer.baseAddress else { return "" }
                // The address follows port, and in IPv6 the flow label. To a listener for both an IPv4 address comes as
                // ::ffff:192.0.2.7; people know it without that.
                let isMapped =
                    family == AF_INET6 && bytes[8..<18].allSatisfy { $0 == 0 } && bytes[18] == 0xFF && bytes[19] == 0xFF
                let shown = isMapped ? AF_INET : family
                let offset = isMapped ? 20 : family == AF_INET6 ? 8 : 4
                guard inet_ntop(shown, base + offset, text, socklen_t(INET6_ADDRSTRLEN)) != nil else { return "" }
                return String(cString: text)
            }
        }
    }
}
