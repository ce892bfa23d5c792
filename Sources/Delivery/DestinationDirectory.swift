import CTessera
import Platform
import PluginHost

/// Destinations at work: opens each with its connector once per version and serves them to plugins as
/// `tessera.connectors/1`. Any thread.
public final class DestinationDirectory: @unchecked Sendable {
    struct Pin {
        let destination: OpenDestination
        var count = 1
    }
    struct State {
        var open: [String: OpenDestination] = [:]
        /// Destinations that plugins hold, by the address that they give back. Also keeps replaced ones open until then.
        var pins: [UnsafePointer<tessera_destination>: Pin] = [:]
    }

    let plugins: PluginHost
    let log: Log
    let source: any DestinationSource
    let state = Monitor(State())
    /// Of runs that go on.
    public let traces = RunTraces()
    // Written in `init` only.
    private var table: LentTable<tessera_connectors_service, DestinationDirectory>?

    /// Offer it to the plugins (`offer(to:)`) before they are loaded.
    public init(source: any DestinationSource, plugins: PluginHost, log: Log) {
        self.source = source
        self.plugins = plugins
        self.log = log
        table = LentTable(Self.service, owner: self)
    }

    /// Makes `tessera.connectors/1` and `tessera.trace/1` known to plugins.
    public func offer(to services: HostServices) {
        traces.offer(to: services)
        if let table { services.offer(TESSERA_SERVICE_CONNECTORS, UnsafeRawPointer(table.pointer), owner: self) }
    }

    /// The destination as it is now, held until `release`. Opens its connector when it changed, or the connector's plugin
    /// did. Blocks for that.
    /// - Throws: `DestinationUnavailable` with the reason.
    public func acquire(_ id: String, workspaceID: String) throws(DestinationUnavailable) -> OpenDestination {
        let destination = try current(id, workspaceID: workspaceID)
        state.withLock { $0.pins[destination.pointer, default: Pin(destination: destination, count: 0)].count += 1 }
        return destination
    }

    /// Gives back what `acquire` gave. False when it was not held: a mistake of the plugin, which harms nobody.
    @discardableResult
    public func release(_ pointer: UnsafePointer<tessera_destination>) -> Bool {
        // The last holder's reference is dropped outside the lock.
        let (wasHeld, dropped) = state.withLock { state -> (Bool, OpenDestination?) in
            guard var pin = state.pins[pointer] else { return (false, nil) }
            pin.count -= 1
            state.pins[pointer] = pin.count > 0 ? pin : nil
            return (true, pin.count > 0 ? nil : pin.destination)
        }
        withExtendedLifetime(dropped) {}
        if !wasHeld { log.warning(event: "plugin_misbehaves", "a plugin released a destination that it did not hold") }
        return wasHeld
    }

    /// Destinations that are held now.
    public var held: Int { state.withLock { $0.pins.values.reduce(0) { $0 + $1.count } } }

    /// Opens a destination that need not be stored, outside the directory: to validate or test it.
    public func open(_ snapshot: DestinationSnapshot) -> Result<OpenDestination, OpenFailure> {
        plugins.openConnector(
            type: snapshot.type, config: snapshot.config, workspaceID: snapshot.workspaceID, destinationID: snapshot.id
        ).map { OpenDestination(snapshot, $0) }
    }

    private func current(_ id: String, workspaceID: String) throws(DestinationUnavailable) -> OpenDestination {
        let known = state.withLock { $0.open[id] }
        // One whose plugin is in quarantine is opened anew, which says why it can't be.
        let usable = known.flatMap { known in
            known.workspaceID == workspaceID && plugins.isCurrent(known.connector)
                && known.connector.quarantine == nil ? known : nil
        }
        let lookup: DestinationLookup
        do {
            lookup = try source.destination(id, workspaceID: workspaceID, knownVersion: usable?.version)
        } catch {
            throw DestinationUnavailable("the destination '\(id)' can't be read: \(error)")
        }
        switch lookup {
        case .unchanged:
            guard let usable else { throw DestinationUnavailable("the destination '\(id)' can't be read") }
            return usable
        case .unknown:
            // Of another workspace it may well be known: then it stays.
            if let known, known.workspaceID == workspaceID { state.withLock { _ = $0.open.removeValue(forKey: id) } }
            throw DestinationUnavailable("the destination '\(id)' does not exist")
        case .found(let snapshot):
            switch open(snapshot) {
            case .success(let destination):
                let replaced = state.withLock { $0.open.updateValue(destination, forKey: id) }
                withExtendedLifetime(replaced) {}
                // Swapped meanwhile: kept, it would hold a generation that is to retire.
                if !plugins.isCurrent(destination.connector) { return try current(id, workspaceID: workspaceID) }
                return destination
            case .failure(let failure):
                throw DestinationUnavailable(
                    "the destination '\(snapshot.name)' can't be opened by its connector '\(snapshot.type)': \(failure)"
                )
            }
        }
    }
}

/// Why a destination can't be delivered to.
public struct DestinationUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence for people, without secrets.
    public var description: String

    public init(_ description: String) { self.description = description }
}
