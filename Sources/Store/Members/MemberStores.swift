import Platform

/// The member stores of a data directory, one for each workspace, opened when first asked for. Any thread.
public final class MemberStores: Sendable {
    private let directory: String
    /// Where scratch stores lie.
    let scratchDirectory: String
    private let clock: any Clock
    let log: Log
    let checkpointer = MemberCheckpointer()
    /// Each behind a lock of its own, under which it is opened: after a kill that is to read a log of hundreds of megabytes,
    /// for which the other workspaces need not wait.
    private let stores = Monitor([String: Monitor<MemberStore?>]())

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
        let known = stores.withLock { $0[workspaceID] }
        let place = try known ?? addPlace(workspaceID)
        return try place.withLock { store in
            if let store { return store }
            do {
                try Files.makeDirectory(directory)
                let opened = try MemberStore(
                    path: "\(directory)/\(workspaceID).db", clock: clock, log: log, checkpointer: checkpointer)
                store = opened
                return opened
            } catch { throw StoreError.from(error) }
        }
    }

    /// Closes all stores. One asked for afterwards is opened anew.
    public func closeAll() {
        for place in stores.withLock({ Array($0.values) }) {
            let open = place.withLock { store in
                defer { store = nil }
                return store
            }
            open?.close()
        }
    }

    private func addPlace(_ workspaceID: String) throws -> Monitor<MemberStore?> {
        let isPlain = workspaceID.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, !workspaceID.isEmpty else { throw MemberStoreError.badWorkspaceID(workspaceID) }
        return stores.withLock { stores in
            let place = stores[workspaceID] ?? Monitor(nil)
            stores[workspaceID] = place
            return place
        }
    }
}
