import Glibc
import Platform

/// The certificate in use, and the watch over its files: what changes is taken for new connections, what is broken is logged and
/// the old one kept. All methods are safe from any thread.
final class TLSCertificates: Sendable {
    private struct State {
        var context: TLSContext
        var taken: [FileSignature?]
        var seen: [FileSignature?]
        var isStopped = false
    }

    private let files: TLSFiles
    private let log: Log
    private let state: Monitor<State>

    /// How often the files are looked at. A change is taken when it has stood still for one look: certificate and key are two
    /// files, and who renews them writes one after the other.
    private static let interval: Int64 = 500_000

    init(_ files: TLSFiles, log: Log) throws(TLSError) {
        self.files = files
        self.log = log
        let signatures = TLSCertificates.signatures(files)
        state = Monitor(State(context: try TLSContext(files), taken: signatures, seen: signatures))
        warnIfOthersMayRead()
    }

    /// What new connections use.
    var current: TLSContext { state.withLock { $0.context } }

    /// The thread's body: watches until `stop`.
    func watch() {
        while state.wait(microseconds: TLSCertificates.interval, until: { $0.isStopped ? true : nil }) == nil { look() }
    }

    func stop() { state.update { $0.isStopped = true } }

    private func look() {
        let signatures = TLSCertificates.signatures(files)
        let isDue = state.withLock { state in
            defer { state.seen = signatures }
            guard signatures != state.taken, signatures == state.seen else { return false }
            // Whatever comes of it: a broken file is told of once, not twice a second.
            state.taken = signatures
            return true
        }
        guard isDue else { return }
        do throws(TLSError) {
            let context = try TLSContext(files)
            state.withLock { $0.context = context }
            log.info(event: "tls_reloaded", "the TLS certificate was reloaded", ["certificate": files.certificate])
            warnIfOthersMayRead()
        } catch {
            log.error(
                event: "tls_refused", "the changed TLS certificate is not taken, the old one stays",
                ["reason": "\(error)"])
        }
    }

    private func warnIfOthersMayRead() {
        var status = stat()
        if stat(files.key, &status) == 0, status.st_mode & 0o077 != 0 {
            log.warning(event: "tls_key_readable", "others may read the TLS key: chmod 600 it", ["path": files.key])
        }
    }

    private static func signatures(_ files: TLSFiles) -> [FileSignature?] {
        [FileSignature(path: files.certificate), FileSignature(path: files.key)]
    }
}
