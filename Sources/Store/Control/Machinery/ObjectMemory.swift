import Journeys

/// Texts of objects that one thread has made and need not make again while the data is the same. Belongs to that thread.
struct ObjectMemory {
    struct Key: Hashable {
        var kind: ObjectKind
        var id: UUIDBits
    }
    private struct Entry {
        var workspaceID: String
        var object: ObjectText
        var version: UInt32
    }
    private var entries: [Key: Entry] = [:]
    private(set) var bytes = 0

    /// When there would be more they are all forgotten, and larger ones never kept.
    static let maxBytes = 4 << 20
    private static let maxObject = 256 << 10

    /// - Parameter version: of the data that the reader sees: `Database.dataVersion`.
    func find(_ key: Key, workspaceID: String, version: UInt32) -> ObjectText? {
        guard let entry = entries[key], entry.version == version, entry.workspaceID == workspaceID else { return nil }
        return entry.object
    }

    mutating func keep(_ object: ObjectText, _ key: Key, workspaceID: String, version: UInt32) {
        let size = object.bytes.count + 256
        if size > Self.maxObject { return }
        if bytes + size > Self.maxBytes {
            entries = [:]
            bytes = 0
        }
        bytes += size
        let old = entries.updateValue(Entry(workspaceID: workspaceID, object: object, version: version), forKey: key)
        if let old { bytes -= old.object.bytes.count + 256 }
    }
}
