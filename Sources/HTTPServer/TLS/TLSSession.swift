import CTLS
import Glibc

/// The TLS side of one connection, over its non-blocking socket. Belongs to the connection's reactor.
///
/// The handshake needs no calls of its own: OpenSSL makes it in the first reads.
final class TLSSession {
    enum Result {
        /// So many bytes were read or written.
        case moved(Int)
        /// Nothing moves until the socket can be read, or written if `needsWriting` says so.
        case blocked
        /// The peer ended its side.
        case ended
        /// What came is no TLS, or none that we speak; the peer has been told if there is a way.
        case refused
        /// The socket is dead.
        case broken
    }

    private let session: OpaquePointer
    /// Reading can't go on before the socket takes what OpenSSL has to send: a part of the handshake.
    private(set) var readNeedsWriting = false
    /// The session is at its end by an error: OpenSSL must not be called again.
    private(set) var isOver = false

    init?(_ context: TLSContext, descriptor: Int32) {
        guard let session = SSL_new(context.pointer) else { return nil }
        guard SSL_set_fd(session, descriptor) == 1 else {
            SSL_free(session)
            return nil
        }
        SSL_set_accept_state(session)
        self.session = session
    }

    deinit { SSL_free(session) }

    /// One record's bytes at the most: OpenSSL keeps none back when `buffer` holds a whole record (16 KiB), so that the socket's
    /// readiness tells all there is to know.
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Result {
        readNeedsWriting = false
        ERR_clear_error()
        let count = SSL_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
        if count > 0 { return .moved(Int(count)) }
        let result = failed(count)
        if case .blocked = result { readNeedsWriting = SSL_want(session) == SSL_WRITING }
        return result
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Result {
        ERR_clear_error()
        let count = SSL_write(session, bytes.baseAddress, Int32(clamping: bytes.count))
        return count > 0 ? .moved(Int(count)) : failed(count)
    }

    /// Tells the peer that nothing more will come: without it an answer that ends with its connection looks cut. False when the
    /// socket takes nothing now.
    func sendEnd() -> Bool {
        guard !isOver, SSL_is_init_finished(session) == 1 else { return true }
        ERR_clear_error()
        let status = SSL_shutdown(session)
        return status >= 0 || SSL_get_error(session, status) != SSL_ERROR_WANT_WRITE
    }

    private func failed(_ status: Int32) -> Result {
        let reason = errno
        switch SSL_get_error(session, status) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .blocked
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL:
            isOver = true
            return reason == 0 ? .ended : .broken
        default:
            isOver = true
            return .refused
        }
    }
}
