import Glibc
import Platform

/// A blocking connection to a gateway, plain or TLS.
final class GatewayConnection {
    private let descriptor: Int32
    private let secure: SecureConnection?

    /// Takes the connected socket over.
    init(_ descriptor: Int32, to url: GatewayURL, trusting authorities: String?) throws {
        self.descriptor = descriptor
        do {
            secure =
                url.isSecure ? try SecureConnection(descriptor, host: url.host, authorities: authorities) : nil
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        secure?.end()
        close(descriptor)
    }

    /// Sends all, or what the peer takes: it may have answered already and closed.
    func send(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                return secure?.write(rest) ?? Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, secure == nil, errno == EINTR { continue }
            if count <= 0 { return }
            offset += count
        }
    }

    /// What comes next; 0 at the end, nil when nothing came in time.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        if let secure { return try secure.read(buffer) }
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw SystemError("read the answer") }
        }
    }
}
