/// Which objects of a workspace a list shows, in which order, and which part of them.
public struct ListQuery: Sendable, Hashable {
    public enum Sort: String, Sendable, CaseIterable {
        case created = "created_at"
        case updated = "updated_at"
        case name
    }

    public enum Part: Sendable, Hashable {
        case all
        /// With the count of all.
        case page(Page)
        /// What stands after a place; nil: from the beginning.
        case after(ListPlace?, limit: Int)
    }

    /// Empty: any.
    public var statuses: Set<String> = []
    /// Ids of journeys that are shown in status `error` while `active` is stored: they count as what they are shown as.
    public var shownInError: Set<String> = []
    /// Part of the name; ASCII letters of either case are the same.
    public var search: String?
    /// Nil: in the order of creation, for a list without places: those need a key that stays when its object goes.
    public var sort: Sort?
    public var isDescending = false
    public var part = Part.all
    /// Of the texts that are read: a list without a part could be of any size.
    public var maxBytes = Int.max

    public init() {}

    /// - Throws: `tooLarge`.
    func expect(_ bytes: Int) throws(StoreError) {
        guard bytes > maxBytes else { return }
        throw .tooLarge(
            "The list has more than \(maxBytes >> 10) KiB: ask for it in parts, with a smaller limit, and cursor")
    }

    public init(page: Page?) { part = page.map(Part.page) ?? .all }

    public var page: Page? {
        if case .page(let page) = part { return page }
        return nil
    }
}

/// A place in a sorted list: the key of the object that stands before it, and its id, which tells equal keys apart.
public struct ListPlace: Sendable, Hashable {
    public enum Key: Sendable, Hashable {
        case time(Int64)
        case name(String)
    }

    public var key: Key
    public var id: String

    public init(key: Key, id: String) {
        self.key = key
        self.id = id
    }
}
