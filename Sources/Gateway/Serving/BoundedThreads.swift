import Platform

/// A thread for each piece of work that may last: an upload takes as long as its sender, a simulation as its days. A bounded
/// number of them, and of each workspace's, so that one workspace can't keep the others out. Any thread.
final class BoundedThreads: Sendable {
    private let name: String
    private let stackSize: Int
    private let places: WorkspacePlaces

    init(name: String, stackSize: Int = 4 << 20, limit: Int, limitPerWorkspace: Int) {
        self.name = name
        self.stackSize = stackSize
        places = WorkspacePlaces(limit: limit, limitPerWorkspace: limitPerWorkspace)
    }

    /// Runs `body` on a new thread; false when there are too many, or the system has no thread to give.
    func start(_ workspaceID: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        guard places.take(workspaceID) else { return false }
        let places = places
        let thread = NativeThread(name: name, stackSize: stackSize) {
            body()
            places.leave(workspaceID)
        }
        guard thread.isRunning else {
            places.leave(workspaceID)
            return false
        }
        thread.detach()
        return true
    }

    /// How many are at work.
    var count: Int { places.count }

    /// Waits until nothing is at work. Call it when all of it ends by itself or has been told to.
    func drain() { places.drain() }
}
