import CTessera
import Outbound
import TesseraPluginKit

/// How long and how much the transport sends, and where to. Read once.
///
/// The operator's settings, all of them optional: `allow-destination` (CIDR blocks), `sync.total-timeout-ms`,
/// `sync.connect-timeout-ms`, `sync.slow-seconds`, `sync.in-flight`, `sync.dns-seconds` and `sync.ca-file` (PEM; in the place of
/// the system's certificate authorities).
struct SendLimits: Sendable {
    /// A request from its start to the end of the answer, in milliseconds.
    var totalTimeout = 30_000
    /// Name, connection and TLS together, in milliseconds.
    var connectTimeout = 5_000
    /// An answer that has begun and comes more slowly than `slowestBytes` a second for so long is given up.
    var slowSeconds = 10
    /// How long an address is kept.
    var nameSeconds = 60
    /// Who is trusted, when not the system's authorities.
    var authorities: [CChar]?
    /// Requests under way at once; more wait in their queues.
    var inFlight = 1_000
    /// The same for one destination, so that a slow one leaves room for others.
    var inFlightPerDestination = 256
    var addresses = AddressGuard()

    /// What is kept of an answer's header and of its body; what comes after is not read.
    static let answerBytes = 64 * 1024
    static let slowestBytes = 50

    static func fromHost() -> SendLimits {
        var limits = SendLimits()
        guard
            let service = Host.service(TESSERA_SERVICE_SETTINGS, as: tessera_settings_service.self),
            let get = service.pointee.get
        else { return limits }
        func setting(_ name: String) -> String { name.withTesseraText { String(get(service, $0)) } }
        let (addresses, misfits) = AddressGuard.parse(setting("allow-destination"))
        limits.addresses = addresses
        for misfit in misfits {
            Host.log(.warning, "allow-destination: '\(misfit)' is no CIDR block and allows nothing: correct it")
        }
        func number(_ name: String, _ standard: Int, upTo most: Int = 600_000) -> Int {
            let text = setting(name)
            if text.isEmpty { return standard }
            if let value = Int(text), (1...most).contains(value) { return value }
            Host.log(.warning, "\(name): '\(text)' is no number from 1 to \(most): \(standard) is used")
            return standard
        }
        limits.totalTimeout = number("sync.total-timeout-ms", limits.totalTimeout)
        limits.connectTimeout = number("sync.connect-timeout-ms", limits.connectTimeout)
        limits.inFlight = number("sync.in-flight", limits.inFlight, upTo: 10_000)
        limits.nameSeconds = number("sync.dns-seconds", limits.nameSeconds, upTo: 86_400)
        let authorities = setting("sync.ca-file")
        if !authorities.isEmpty { limits.authorities = authorities.utf8.map { CChar(bitPattern: $0) } + [0] }
        limits.slowSeconds = number("sync.slow-seconds", limits.slowSeconds, upTo: 600)
        return limits
    }
}

/// The transport could not be set up; the message says why.
struct TransportError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
