import CTLS
import Glibc

/// TLS over a blocking socket, as a client that knows whom it wants to talk to.
final class SecureConnection {
    private let context: OpaquePointer
    private let session: OpaquePointer

    /// Makes the handshake. The certificate must be for `host` and lead to a root of the system's, or of the file `authorities`.
    init(_ descriptor: Int32, host: String, authorities: String?) throws {
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw GatewayClient.Failure(description: "OpenSSL gives no context")
        }
        guard let session = SSL_new(context) else {
            SSL_CTX_free(context)
            throw GatewayClient.Failure(description: "OpenSSL gives no session")
        }
        self.context = context
        self.session = session
        tessera_tls_harden(context)
        if let authorities {
            guard SSL_CTX_load_verify_locations(context, authorities, nil) == 1 else {
                throw GatewayClient.Failure(description: "\(authorities) holds no certificate in PEM")
            }
        } else {
            SSL_CTX_set_default_verify_paths(context)
        }
        SSL_set_verify(session, SSL_VERIFY_PEER, nil)
        // An address is compared with the certificate's addresses, a name with its names.
        if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) != 1 {
            _ = SSL_set1_host(session, host)
            _ = tessera_tls_set_name(session, host)
        }
        guard SSL_set_fd(session, descriptor) == 1, SSL_connect(session) == 1 else {
            throw GatewayClient.Failure(description: "no TLS with \(host): \(reason())")
        }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    /// The number of bytes taken; 0 or less when the peer takes none.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        ERR_clear_error()
        return Int(SSL_write(session, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    /// As `GatewayConnection.receive`.
    func read(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        ERR_clear_error()
        let count = SSL_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
        if count > 0 { return Int(count) }
        switch SSL_get_error(session, count) {
        case SSL_ERROR_ZERO_RETURN: return 0
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return nil
        default: throw GatewayClient.Failure(description: "the TLS connection broke: \(reason())")
        }
    }

    func end() {
        ERR_clear_error()
        SSL_shutdown(session)
    }

    private func reason() -> String {
        let verified = SSL_get_verify_result(session)
        if verified != Int(X509_V_OK), let text = X509_verify_cert_error_string(verified) {
            return "its certificate is not accepted: \(String(cString: text)) (--ca-file names the roots to trust)"
        }
        guard let text = ERR_reason_error_string(ERR_peek_last_error()) else { return "the connection ended" }
        return String(cString: text)
    }
}
