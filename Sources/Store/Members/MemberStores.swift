import Platform

/// The member stores of a data directory, one for each workspace, opened when first asked for. Any thread.
public final class MemberStores: Sendable {
    private let directory: String
    /// Where scratch stores lie.
    let scratchDirectory: String
    private let clock: any Clock
    let log: Log
    let checkpointer = MemberCheckpointer()
    private let stores = Monitor([String: MemberStore]())

    /// - Parameter dataDirectory: the gateway's; the files lie in `members` below it.
    public init(dataDirectory: String, clock: any Clock, log: Log) {
        directory = dataDirectory + "/members"
        scratchDirectory = dataDirectory + "/tmp"
        self.clock = clock
        self.log = log
    }

    /// The workspace's store.
    /// - Parameter workspaceID: a lower-case UUID; it becomes part of a file name, so anything but letters, digits and
    ///   hyphens is refused.
    public func store(_ workspaceID: String) throws -> MemberStore {
        // Opening under the lock: two threads must not migrate one file, and it takes milliseconds, once.
        try stores.withLock { stores in
            if let store = stores[workspaceID] { return store }
            do {
                let store = try MemberStore(
                    path: try path(workspaceID), clock: clock, log: log, checkpointer: checkpointer)
                stores[workspaceID] = store
                return store
            } catch { throw StoreError.from(error) }
        }
    }

    /// Closes all stores. One asked for afterwards is opened anew.
    public func closeAll() {
        let open = stores.withLock { stores in
            defer { stores.removeAll() }
            return Array(stores.values)
        }
        for store in open { store.close() }
    }

    private func path(_ workspaceID: String) throws -> String {
        let isPlain = workspaceID.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, !workspaceID.isEmpty else { throw MemberStoreError.badWorkspaceID(workspaceID) }
        try Files.makeDirectory(directory)
        return "\(directory)/\(workspaceID).db"
    }
}
