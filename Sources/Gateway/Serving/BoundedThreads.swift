import Platform

/// One thread per upload, since an upload lasts as long as its sender takes; a bounded number of them, and of each
/// workspace's, so that slow senders of one can't keep the others out. Any thread.
final class UploadThreads: Sendable {
    private let places: WorkspacePlaces

    init(limit: Int, limitPerWorkspace: Int) {
        places = WorkspacePlaces(limit: limit, limitPerWorkspace: limitPerWorkspace)
    }

    /// Runs `body` on a new thread; false when there are too many, or the system has no thread to give.
    func start(_ workspaceID: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        guard places.take(workspaceID) else { return false }
        let places = places
        let thread = NativeThread(name: "upload") {
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

    /// Waits until no upload is at work. Call it when the server has stopped: all have ended or broken off then.
    func drain() { places.drain() }
}
