import Journeys
import Store

extension Reply {
    /// A list: a bare array, or with a page the object that tells of the rest.
    static func list(_ items: [JSON], total: Int, page: Page?) -> Reply {
        list(JSON.array(items).serialized(), total: total, page: page)
    }

    /// - Parameter array: the text of the items' array.
    static func list(_ array: [UInt8], total: Int, page: Page?) -> Reply {
        guard let page else { return Reply(body: array) }
        var body = Array("{\"data\":".utf8)
        body += array
        body += Array(
            ",\"pagination\":{\"page\":\(page.number),\"page_size\":\(page.size),\"total\":\(total)}}".utf8)
        return Reply(body: body)
    }

    /// What a query asked for.
    static func list<Item>(_ found: Listing<Item>, _ query: ListQuery, _ json: (Item) throws -> JSON) rethrows -> Reply
    {
        list(JSON.array(try found.items.map(json)).serialized(), total: found.total, next: found.next, query)
    }

    /// - Parameter array: the text of the items' array.
    static func list(_ array: [UInt8], total: Int, next: ListPlace?, _ query: ListQuery) -> Reply {
        guard case .after = query.part else { return list(array, total: total, page: query.page) }
        return list(array, next: next.map { ListCursor.text($0, query) })
    }

    /// `{"data", "next_cursor"}`.
    static func list(_ array: [UInt8], next: String?) -> Reply {
        var body = Array("{\"data\":".utf8)
        body += array
        body += Array(",\"next_cursor\":".utf8)
        (next.map(JSON.string) ?? .null).write(to: &body)
        body.append(UInt8(ascii: "}"))
        return Reply(body: body)
    }

    /// A page of a list that is at hand as a whole.
    static func list(_ items: [JSON], _ page: Page?) -> Reply {
        guard let page else { return list(items, total: items.count, page: nil) }
        let start = min(items.count, (page.number - 1) * page.size)
        let end = min(items.count, start + page.size)
        return list(Array(items[start..<end]), total: items.count, page: page)
    }
}
