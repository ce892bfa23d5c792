import CTLS
import Platform

/// One certificate with its key, as OpenSSL wants it: immutable, shared by the connections that began with it.
final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Reads both files whole, so that a file that changes meanwhile is either the old or the new one.
    init(_ files: TLSFiles) throws(TLSError) {
        guard let pointer = SSL_CTX_new(TLS_server_method()) else {
            throw TLSError(description: "OpenSSL gives no context: \(TLSContext.reason())")
        }
        self.pointer = pointer
        tessera_tls_harden(pointer)
        SSL_CTX_set_alpn_select_cb(pointer, chooseProtocol, nil)
        try useCertificate(files.certificate)
        guard try useKey(files.key), SSL_CTX_check_private_key(pointer) == 1 else {
            throw TLSError(
                description: "the key in \(files.key) is not that of the certificate in \(files.certificate)")
        }
    }

    deinit { SSL_CTX_free(pointer) }

    private func useCertificate(_ path: String) throws(TLSError) {
        var count = 0
        try TLSContext.readPEM(path) { source in
            while let certificate = PEM_read_bio_X509(source, nil, noPassword, nil) {
                count += 1
                if count == 1 {
                    defer { X509_free(certificate) }
                    if SSL_CTX_use_certificate(pointer, certificate) != 1 { return false }
                } else if tessera_tls_add_chain(pointer, certificate) != 1 {
                    X509_free(certificate)
                    return false
                }
            }
            // The end of the file is an error of its own to OpenSSL; anything else is a block that can't be read.
            let code = ERR_peek_last_error()
            return count > 0 && Int32(code & 0x7f_ffff) == PEM_R_NO_START_LINE
        }
    }

    /// False when it is a key, but not the certificate's.
    private func useKey(_ path: String) throws(TLSError) -> Bool {
        var fits = false
        try TLSContext.readPEM(path) { source in
            guard let key = PEM_read_bio_PrivateKey(source, nil, noPassword, nil) else { return false }
            defer { EVP_PKEY_free(key) }
            fits = SSL_CTX_use_PrivateKey(pointer, key) == 1
            return true
        }
        return fits
    }

    private static func readPEM(_ path: String, _ use: (OpaquePointer) -> Bool) throws(TLSError) {
        var bytes: [UInt8]
        do throws(SystemError) { bytes = try Files.read(path) } catch { throw TLSError(description: "\(error)") }
        ERR_clear_error()
        let isUsed = bytes.withUnsafeBytes { buffer in
            guard let source = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return false }
            defer { BIO_free(source) }
            return use(source)
        }
        OPENSSL_cleanse(&bytes, bytes.count)
        let reason = isUsed ? "" : TLSContext.reason()
        ERR_clear_error()
        if !isUsed {
            throw TLSError(description: "\(path) can't be used: it must be PEM, without a password (\(reason))")
        }
    }

    /// What OpenSSL says last.
    static func reason() -> String {
        guard let text = ERR_reason_error_string(ERR_peek_last_error()) else { return "no reason given" }
        return String(cString: text)
    }
}

/// A key that wants a password must not make OpenSSL ask for it on the terminal.
private func noPassword(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isWriting: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 { -1 }

/// HTTP/1 is all that is spoken: a client that offers other protocols only is told so (RFC 7301 3.2).
private func chooseProtocol(
    _ session: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenCount: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredCount: UInt32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered, let chosen, let chosenCount else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let list = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    for name in ["http/1.1", "http/1.0"] {
        var index = 0
        while index < list.count {
            let count = Int(list[index])
            let end = index + 1 + count
            guard end <= list.count else { break }
            if list[(index + 1)..<end].elementsEqual(name.utf8) {
                // It points into the client's own list, which OpenSSL copies from.
                chosen.pointee = offered + index + 1
                chosenCount.pointee = UInt8(count)
                return SSL_TLSEXT_ERR_OK
            }
            index = end
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
