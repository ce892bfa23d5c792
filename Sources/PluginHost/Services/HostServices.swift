import CTessera
import Platform

/// The services that plugins find with `host->service(id)`: `tessera.connectors/1`, `tessera.delivery/1`, a vendor's own.
/// Offer them before `loadAll`; `tessera.settings/1` comes from the configuration. Any thread.
public final class HostServices: Sendable {
    private struct Offer: @unchecked Sendable {
        var table: UnsafeRawPointer
        var owner: AnyObject
    }
    private let offers = Monitor<[String: Offer]>([:])

    public init() {}

    /// Makes a service known. `owner` is held for the life of the services and must keep `table` valid.
    public func offer(_ id: String, _ table: UnsafeRawPointer, owner: AnyObject) {
        let offer = Offer(table: table, owner: owner)
        offers.withLock { $0[id] = offer }
    }

    /// The table of that id; nil when nobody offers it.
    public func table(_ id: String) -> UnsafeRawPointer? { offers.withLock { $0[id]?.table } }
}
