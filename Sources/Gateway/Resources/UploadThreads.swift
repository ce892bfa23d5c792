import Platform

/// One thread per upload, since an upload lasts as long as its sender takes; a bounded number of them, and of each
/// workspace's, so that slow senders of one can't keep the others out. Any thread.
final class UploadThreads: Sendable {
    /// How many are at work, by workspace.
    private let running = Monitor<[String: Int]>([:])
    private let limit: Int
    private let limitPerWorkspace: Int

    init(limit: Int, limitPerWorkspace: Int) {
        self.limit = limit
        self.limitPerWorkspace = limitPerWorkspace
    }

    /// Runs `body` on a new thread; false when there are too many, or the system has no thread to give.
    func start(_ workspaceID: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let isFree = running.withLock { running in
            let own = running[workspaceID] ?? 0
            guard own < limitPerWorkspace, running.values.reduce(0, +) < limit else { return false }
            running[workspaceID] = own + 1
            return true
        }
        guard isFree else { return false }
        let running = running
        let thread = NativeThread(name: "upload") {
            body()
            UploadThreads.end(workspaceID, running)
        }
        guard thread.isRunning else {
            UploadThreads.end(workspaceID, running)
            return false
        }
        thread.detach()
        return true
    }

    /// Waits until no upload is at work. Call it when the server has stopped: all have ended or broken off then.
    func drain() { running.wait { $0.isEmpty ? () : nil } }

    private static func end(_ workspaceID: String, _ running: Monitor<[String: Int]>) {
        running.update { running in
            let left = (running[workspaceID] ?? 1) - 1
            running[workspaceID] = left > 0 ? left : nil
        }
    }
}
