import Glibc
import Platform

/// Ports for programs that can't be told to take any.
enum FreePorts {
    /// Below those that the kernel gives to whoever asks for any, which on a busy machine are gone again in a moment.
    private static let range: Range<UInt16> = 20_000..<32_000

    static func two() throws -> (UInt16, UInt16) {
        let first = try one()
        while true {
            let second = try one()
            if second != first { return (first, second) }
        }
    }

    /// One on 127.0.0.1 that nobody uses.
    static func one() throws -> UInt16 {
        for _ in 0..<1000 {
            let port = UInt16.random(in: range)
            if try isFree(port) { return port }
        }
        throw SystemError("find a free port", code: EADDRINUSE)
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("make a socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
