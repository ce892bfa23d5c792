import Platform

/// The member stores of a data directory, one for each workspace, opened when first asked for. Any thread.
///
/// Whoever uses a store holds it, so none is closed while anybody does (`closeIdle`).
public final class MemberStores: Sendable {
    private let directory: String
    /// Where scratch stores lie.
    let scratchDirectory: String
    private let clock: any Clock
    let log: Log
    let checkpointer = MemberCheckpointer()
    /// Each behind a lock of its own, under which it is opened: after a kill that is to read a log of hundreds of megabytes,
    /// for which the other workspaces need not wait.
    private let places = Monitor([String: Monitor<Place>]())

    private struct Place {
        var store: MemberStore?
        /// Somebody has asked for it since the last `closeIdle`.
        var isWanted = false
        /// Of stores that were here before.
        var changes = 0

        mutating func close() {
            guard let store else { return }
            store.close()
            changes += store.changes
            self.store = nil
        }
    }

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
        let known = places.withLock { $0[workspaceID] }
        let place = try known ?? addPlace(workspaceID)
        return try place.withLock { place in
            place.isWanted = true
            if let store = place.store { return store }
            do {
                try Files.makeDirectory(directory)
                let opened = try MemberStore(
                    path: "\(directory)/\(workspaceID).db", clock: clock, log: log, checkpointer: checkpointer)
                place.store = opened
                return opened
            } catch { throw StoreError.from(error) }
        }
    }

    /// A number that grows when the workspace's members change, open or not: what was read of them after it was asked for stands
    /// as long as it is the same. Opens nothing.
    public func changes(_ workspaceID: String) -> Int {
        places.withLock { $0[workspaceID] }?.withLock { $0.changes + ($0.store?.changes ?? 0) } ?? 0
    }

    /// How many are open.
    public var openCount: Int {
        places.withLock { Array($0.values) }.count { $0.withLock { $0.store != nil } }
    }

    /// Closes the stores that nobody holds and that nobody has asked for since the last call, for the page caches and descriptors
    /// that they keep. Whoever asks for one meanwhile waits, and gets it opened anew.
    public func closeIdle() {
        for place in places.withLock({ Array($0.values) }) {
            place.withLock { place in
                // A store is got under this lock only: who has no hold of it now can't come by one meanwhile.
                let isHeld = place.store != nil && !isKnownUniquelyReferenced(&place.store)
                if place.isWanted || isHeld {
                    place.isWanted = isHeld
                    // By the next time its log is in its file, and nobody waits for that.
                    if !isHeld, let store = place.store { checkpointer.request(store.checkpoints) }
                } else {
                    place.close()
                }
            }
        }
    }

    /// Closes all stores. One asked for afterwards is opened anew.
    public func closeAll() {
        for place in places.withLock({ Array($0.values) }) { place.withLock { $0.close() } }
    }

    private func addPlace(_ workspaceID: String) throws -> Monitor<Place> {
        let isPlain = workspaceID.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, !workspaceID.isEmpty else { throw MemberStoreError.badWorkspaceID(workspaceID) }
        return places.withLock { places in
            let place = places[workspaceID] ?? Monitor(Place())
            places[workspaceID] = place
            return place
        }
    }
}
