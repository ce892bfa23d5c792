import Columns
import Store

/// The members' side of the merge with a batch of the model where members may enter again: both go through the keys in the same
/// order, the members page by page, so that a batch whose keys lie far apart costs no memory.
final class KnownMembers {
    private let store: MemberStore
    private let journey: Int32
    private let keys: Utf8View
    private let last: Int
    private var page: MemberRows?
    private var next = 0
    private var isLastPage = false
    private static let pageRows = 8192

    /// - Parameter keys: in key order, borrowed while this object lives; `count` of them, at least one.
    init(store: MemberStore, journey: Int32, keys: Utf8View, count: Int) {
        self.store = store
        self.journey = journey
        self.keys = keys
        last = count - 1
    }

    /// The member of that key. Ask in key order only.
    func find(_ key: UnsafeRawBufferPointer) throws -> (rows: MemberRows, index: Int)? {
        while true {
            let page = try page ?? turn()
            while next < page.count {
                let order = MemberRows.compare(page.key(next), key)
                if order == 0 { return (page, next) }
                if order > 0 { return nil }
                next += 1
            }
            if isLastPage { return nil }
            _ = try turn()
        }
    }

    private func turn() throws -> MemberRows {
        let rows: MemberRows
        if let page, page.count > 0 {
            rows = try store.existing(
                journey, from: page.key(page.count - 1), through: keys[last], excludingFirst: true,
                limit: KnownMembers.pageRows)
        } else {
            rows = try store.existing(
                journey, from: keys[0], through: keys[last], limit: KnownMembers.pageRows)
        }
        isLastPage = rows.count < KnownMembers.pageRows
        page = rows
        next = 0
        return rows
    }
}
