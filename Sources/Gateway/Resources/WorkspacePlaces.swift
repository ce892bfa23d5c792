import Platform

/// A bounded number of places for what takes long, and of each workspace's, so that one can't keep the others out. Any
/// thread.
final class WorkspacePlaces: Sendable {
    let limit: Int
    let limitPerWorkspace: Int
    /// How many are taken, by workspace.
    private let taken = Monitor<[String: Int]>([:])

    init(limit: Int, limitPerWorkspace: Int) {
        self.limit = limit
        self.limitPerWorkspace = limitPerWorkspace
    }

    /// False when none is free. To be left again.
    func take(_ workspaceID: String) -> Bool {
        taken.withLock { taken in
            let own = taken[workspaceID] ?? 0
            guard own < limitPerWorkspace, taken.values.reduce(0, +) < limit else { return false }
            taken[workspaceID] = own + 1
            return true
        }
    }

    func leave(_ workspaceID: String) {
        taken.update { taken in
            let left = (taken[workspaceID] ?? 1) - 1
            taken[workspaceID] = left > 0 ? left : nil
        }
    }

    /// How many are taken.
    var count: Int { taken.withLock { $0.values.reduce(0, +) } }

    /// Waits until all are free.
    func drain() { taken.wait { $0.isEmpty ? () : nil } }
}
