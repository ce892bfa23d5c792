/// Connections by the time at which they must be looked at. Entries are cheap to leave stale: a connection whose
/// deadline moved later is pushed again when its old entry comes up, so that keep-alive requests touch no heap.
struct DeadlineHeap {
    struct Entry {
        var due: Int64
        var descriptor: Int32
        var serial: UInt32
    }
    private var entries: [Entry] = []

    var count: Int { entries.count }
    var next: Int64? { entries.first?.due }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if entries[parent].due <= entries[child].due { break }
            entries.swapAt(parent, child)
            child = parent
        }
    }

    /// The first entry that is due at `now`, taken out.
    mutating func pop(_ now: Int64) -> Entry? {
        guard let first = entries.first, first.due <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return first
    }

    /// Drops entries that `isLive` does not want, so that closed connections leave nothing behind.
    mutating func compact(_ isLive: (Entry) -> Bool) {
        let live = entries.filter(isLive)
        entries.removeAll(keepingCapacity: false)
        for entry in live { push(entry) }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            if child >= entries.count { return }
            if child + 1 < entries.count, entries[child + 1].due < entries[child].due { child += 1 }
            if entries[parent].due <= entries[child].due { return }
            entries.swapAt(parent, child)
            parent = child
        }
    }
}
