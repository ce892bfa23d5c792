import HTTPServer
import Journeys
import Store

/// The query parameters of lists: which objects, in which order, and which part of them.
extension QueryItems {
    static let mostPlaces = 1000
    static let defaultLimit = 100

    /// - Parameter statuses: those that such objects can have; none for those without.
    /// - Throws: 400 for what no list takes and for a cursor of another order, 422 for a wrong value.
    func listQuery(statuses: [String]) throws -> ListQuery {
        let status = statuses.isEmpty ? [] : ["status"]
        try expectOnly(["page", "page_size", "cursor", "limit"] + status + ["search", "sort"])
        var query = ListQuery(page: try page())
        query.statuses = Set(try words("status", statuses))
        query.search = try search()
        if let (name, isDescending) = try sort(ListQuery.Sort.allCases.map(\.rawValue)) {
            query.sort = ListQuery.Sort(rawValue: name)
            query.isDescending = isDescending
        }
        if let limit = try cursorLimit() {
            let place = try self["cursor"].map { try ListCursor.place($0, query) }
            query.part = .after(place, limit: limit)
        }
        return query
    }

    /// What is to be part of a name; nil for any.
    func search() throws -> String? {
        guard let search = self["search"], !search.isEmpty else { return nil }
        guard search.unicodeScalars.count <= 255 else {
            throw APIError.query("search", "has more than 255 characters")
        }
        // No name has one; and the store would look for what stands before a NUL alone.
        let isControl = { (scalar: Unicode.Scalar) in scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) }
        guard !search.unicodeScalars.contains(where: isControl) else {
            throw APIError.query("search", "must not contain control characters")
        }
        return search
    }

    /// By which of `names` the list is to be sorted, and whether the other way round; nil without.
    func sort(_ names: [String]) throws -> (name: String, isDescending: Bool)? {
        guard let text = self["sort"] else { return nil }
        let name = text.hasPrefix("-") ? String(text.dropFirst()) : text
        guard names.contains(name) else {
            throw APIError.query(
                "sort",
                "must be \(names.joined(separator: ", ")), or \(names.count == 1 ? "that" : "one of them") "
                    + "with '-' in front for the other way")
        }
        return (name, text != name)
    }

    /// Nil when the list is not asked for by places.
    /// - Throws: 422 when it is asked for by pages too.
    func cursorLimit() throws -> Int? {
        guard self["cursor"] != nil || self["limit"] != nil else { return nil }
        guard try page() == nil else {
            throw APIError.query(
                self["cursor"] != nil ? "cursor" : "limit",
                "does not go with page and page_size: take pages by their number, or what follows a cursor")
        }
        return try integer("limit", 1...Self.mostPlaces) ?? Self.defaultLimit
    }

    /// Words with commas between them, each one of `known`; none when the parameter is missing.
    func words(_ name: String, _ known: [String]) throws -> [String] {
        guard let text = self[name] else { return [] }
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        for word in words where !known.contains(word) {
            throw APIError.query(
                name,
                "must be one of \(known.joined(separator: ", ")), or several with commas between them, not '\(word)'"
                    + NearNames.phrase(for: word, among: known))
        }
        return words
    }
}

extension Call {
    /// The same of this call, held to the size that a list may have.
    func listQuery(statuses: [String]) throws -> ListQuery {
        var query = try QueryItems(head).listQuery(statuses: statuses)
        query.maxBytes = rooms.limits.listBytes
        return query
    }
}

/// A place in a list as text: the list's order, the id and the key of the last object, so that a place is good whether that
/// object is still there or not.
enum ListCursor {
    static func text(_ place: ListPlace, _ query: ListQuery) -> String {
        let key =
            switch place.key {
            case .time(let time): String(time)
            case .name(let name): name
            }
        return Cursor.encode(Array("\(order(query)) \(place.id) \(key)".utf8))
    }

    /// - Throws: 422 for what was never given out, 400 for a place in a list of another order.
    static func place(_ text: String, _ query: ListQuery) throws -> ListPlace {
        let parts = Cursor.decode(text).flatMap { String(validating: $0, as: UTF8.self) }?
            .split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map { String($0) }
        guard let parts, parts.count == 3 else { throw APIError.query("cursor", "is not one that was given out") }
        guard parts[0] == order(query) else { throw APIError.cursor(of: parts[0], in: order(query)) }
        let key: ListPlace.Key
        switch query.sort ?? .created {
        case .name: key = .name(parts[2])
        case .created, .updated:
            guard let time = Int64(parts[2]) else { throw APIError.query("cursor", "is not one that was given out") }
            key = .time(time)
        }
        return ListPlace(key: key, id: parts[1])
    }

    private static func order(_ query: ListQuery) -> String {
        (query.isDescending ? "-" : "") + (query.sort ?? .created).rawValue
    }
}

extension APIError {
    /// 400: a place in a list of another order says nothing in this one.
    static func cursor(of given: String, in order: String) -> APIError {
        .query(
            "cursor",
            "was given out for sort=\(given) and can't be used with sort=\(order): ask with that sort, or begin without a "
                + "cursor", status: 400)
    }
}
