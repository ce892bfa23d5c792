import HTTPServer
import Platform

/// Certificates that sign themselves, made by the real `openssl`, in a folder that goes with the object.
public final class Certificates {
    private let folder: TemporaryDirectory

    public init() throws { folder = try TemporaryDirectory() }

    public func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// Makes NAME.pem and NAME.key for 127.0.0.1.
    @discardableResult
    public func make(_ name: String) throws -> TLSFiles {
        let made = try Tool(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path(name + ".key"), "-out",
            path(name + ".pem"))
        guard made.status == 0 else { throw Tool.Failure(errors: made.errors) }
        return TLSFiles(certificate: path(name + ".pem"), key: path(name + ".key"))
    }

    /// Puts the files of one name in the place of another's, as who renews a certificate does.
    public func copy(_ name: String, over other: String) throws {
        for ending in [".pem", ".key"] {
            try Files.write(try Files.read(path(name + ending)), to: path(other + ending))
        }
    }
}
