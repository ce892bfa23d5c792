import Journeys
import Store

/// A list whose items are all at hand, such as the plugins: searched, filtered, sorted and cut into pages by the parameters that
/// the lists of the store have.
///
/// It has no cursors: it is short, and little of it has an id that stays.
struct ListAtHand<Item>: Sendable {
    enum Key: Sendable {
        case number(Int64)
        /// In the order of its UTF-8 bytes.
        case text(String)
    }

    struct Order: Sendable {
        let name: String
        let key: @Sendable (Item) -> Key

        init(_ name: String, _ key: @escaping @Sendable (Item) -> Key) {
            self.name = name
            self.key = key
        }
    }

    struct Status: Sendable {
        let parameter: String
        let known: [String]
        let value: @Sendable (Item) -> String
    }

    /// What `search` looks into, for people.
    let searched: String
    /// The same of an item.
    let texts: @Sendable (Item) -> [String]
    let orders: [Order]
    let status: Status?

    init(
        searched: String, _ texts: @escaping @Sendable (Item) -> [String], orders: [Order], status: Status? = nil
    ) {
        self.searched = searched
        self.texts = texts
        self.orders = orders
        self.status = status
    }

    /// - Parameter items: in the order that they have without `sort`; asked for when the parameters are good.
    /// - Throws: 400 for an unknown parameter, 422 for a wrong value.
    func reply(_ call: Call, _ json: (Item) -> JSON, _ items: () throws -> [Item]) throws -> Reply {
        let query = try QueryItems(call.head)
        try query.expectOnly(["page", "page_size"] + [status?.parameter, "search", "sort"].compactMap(\.self))
        let page = try query.page()
        let statuses = try status.map { try query.words($0.parameter, $0.known) } ?? []
        // As the store searches.
        let search = try query.search().map { ASCIICase.lowered($0.utf8) }
        let sort = try query.sort(orders.map(\.name))
        var items = try items()
        if let status, !statuses.isEmpty { items = items.filter { statuses.contains(status.value($0)) } }
        if let search { items = items.filter { texts($0).contains { ASCIICase.lowered($0.utf8).contains(search) } } }
        if let sort, let order = orders.first(where: { $0.name == sort.name }) {
            items.sort { sort.isDescending ? order.key($1) < order.key($0) : order.key($0) < order.key($1) }
        }
        return .list(items.map(json), page)
    }
}

extension ListAtHand.Key: Comparable {
    static func < (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}
