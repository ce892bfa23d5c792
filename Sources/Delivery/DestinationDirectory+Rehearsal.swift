import PluginHost

/// Destinations opened on plugins that are not in use yet.
public struct DestinationRehearsal: Sendable {
    /// One that can't be opened.
    public struct Failure: Sendable {
        public var destination: DestinationSnapshot
        public var reason: OpenFailure
    }

    /// Those that work, by id.
    var opened: [String: OpenDestination] = [:]
    /// Those that work now, and would not any more.
    public internal(set) var broken: [Failure] = []

    public init() {}
}

extension DestinationDirectory {
    /// Opens destinations on a proposed change of what is loaded.
    ///
    /// - Parameters:
    ///   - ids: each with its workspace.
    ///   - change: what is loaded now and would be then.
    ///   - earlier: a rehearsal of the same change: what was opened in it is used again, if it is still the same.
    /// - Throws: what the source throws.
    public func rehearse(
        _ ids: [(workspaceID: String, id: String)], _ change: GenerationChange,
        after earlier: DestinationRehearsal = DestinationRehearsal()
    ) throws -> DestinationRehearsal {
        var rehearsal = DestinationRehearsal()
        for (workspaceID, id) in ids {
            let known = earlier.opened[id]
            switch try source.destination(id, workspaceID: workspaceID, knownVersion: known?.version) {
            case .unknown: continue
            case .unchanged: rehearsal.opened[id] = known
            case .found(let snapshot):
                switch open(snapshot, in: change.proposed) {
                case .success(let destination): rehearsal.opened[id] = destination
                case .failure(let failure):
                    // What does not work now either is not the change's fault; what only stands in quarantine works.
                    if case .failure(let present) = open(snapshot, in: change.present), !present.isOfQuarantine {
                        continue
                    }
                    rehearsal.broken.append(DestinationRehearsal.Failure(destination: snapshot, reason: failure))
                }
            }
        }
        return rehearsal
    }

    /// The change was made: what was opened for it is used from now on, and what is of replaced plugins is let go of.
    public func adopt(_ rehearsal: DestinationRehearsal) {
        let dropped = state.withLock { state in
            let before = state.open
            state.open.merge(rehearsal.opened) { $1 }
            state.open = state.open.filter { plugins.isCurrent($0.value.connector) }
            return before
        }
        withExtendedLifetime(dropped) {}
    }

    private func open(
        _ snapshot: DestinationSnapshot, in catalogue: PluginCatalogue
    ) -> Result<OpenDestination, OpenFailure> {
        catalogue.openConnector(
            type: snapshot.type, config: snapshot.config, workspaceID: snapshot.workspaceID, destinationID: snapshot.id
        ).map { OpenDestination(snapshot, $0) }
    }
}
