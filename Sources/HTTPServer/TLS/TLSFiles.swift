/// The files that make a listener speak TLS, in PEM. Both are read again when they change.
public struct TLSFiles: Sendable, Equatable {
    /// The server's certificate, then those that lead from it to a root that clients know.
    public var certificate: String
    /// Its private key, not encrypted.
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// Why no TLS can be spoken with the files that are there.
public struct TLSError: Error, CustomStringConvertible {
    /// Names the file, and what to do.
    public var description: String
}
