/// How large a statement may become while SQLite prepares it.
///
/// SQLite copies a WITH query wherever it is named, and a subquery's expressions wherever their column is: some hundred
/// bytes of SQL can so ask for years of work inside `sqlite3_prepare`, which nothing interrupts. This estimates the
/// copies from above, without parsing: a query (the whole, a bracketed SELECT, a WITH query) costs the most frequent
/// name in it times (1 + the costs of the queries in it, as often as each is named).
struct SQLGrowth {
    static let limit = 100_000

    private struct Query {
        /// How often each name stands in it, its inner queries left out.
        var names: [[UInt8]: Int] = [:]
        /// How often each name stands where a table does.
        var tables: [[UInt8]: Int] = [:]
        /// Inner queries that stand in it once.
        var inner: [Int] = []
    }

    private var queries: [Query] = [Query()]
    /// The WITH queries of each name; several scopes may use one name.
    private var named: [[UInt8]: [Int]] = [:]

    init(_ tokens: [SQLToken]) {
        struct Place {
            var query = 0
            var inFrom = false
        }
        // What each open bracket goes back to.
        var open: [Place] = []
        var place = Place()
        for (index, token) in tokens.enumerated() {
            let previous = index > 0 ? tokens[index - 1] : nil
            let next = index + 1 < tokens.count ? tokens[index + 1] : nil
            let beginsTable =
                previous.map {
                    $0.isWord("from") || $0.isWord("join") || $0.isSymbol(UInt8(ascii: ","))
                        || $0.isSymbol(UInt8(ascii: "("))
                } ?? false
            if token.isSymbol(UInt8(ascii: "(")) {
                open.append(place)
                place.inFrom = place.inFrom && beginsTable
                guard let next, next.isWord("select") || next.isWord("with") || next.isWord("values") else { continue }
                queries.append(Query())
                if let name = Self.nameOfWith(bracket: index, in: tokens) {
                    named[name, default: []].append(queries.count - 1)
                } else {
                    queries[place.query].inner.append(queries.count - 1)
                }
                place = Place(query: queries.count - 1)
            } else if token.isSymbol(UInt8(ascii: ")")) {
                place = open.popLast() ?? Place()
            } else if token.isName, next?.isSymbol(UInt8(ascii: ".")) != true {
                queries[place.query].names[token.text, default: 0] += 1
                if (place.inFrom && beginsTable) || previous?.isWord("in") == true {
                    queries[place.query].tables[token.text, default: 0] += 1
                }
                if token.isWord("from"), previous?.isWord("distinct") != true {
                    place.inFrom = true
                } else if Self.endsFrom.contains(token.text), token.kind == .word {
                    place.inFrom = false
                }
            }
        }
    }

    private static let endsFrom = words("where group order having limit window union except intersect select")

    /// The name before `AS [[NOT] MATERIALIZED] (`, over a list of columns if there is one.
    private static func nameOfWith(bracket: Int, in tokens: [SQLToken]) -> [UInt8]? {
        var index = bracket - 1
        if index >= 0, tokens[index].isWord("materialized") { index -= 1 }
        if index >= 0, tokens[index].isWord("not") { index -= 1 }
        guard index >= 1, tokens[index].isWord("as") else { return nil }
        index -= 1
        if tokens[index].isSymbol(UInt8(ascii: ")")) {
            while index >= 0, !tokens[index].isSymbol(UInt8(ascii: "(")) { index -= 1 }
            index -= 1
        }
        return index >= 0 && tokens[index].isName ? tokens[index].text : nil
    }

    /// The estimate for the whole; anything beyond `limit` stands for "too much".
    var estimate: Int {
        var known: [Int: Int] = [:]
        var path: Set<Int> = []
        return cost(of: 0, known: &known, path: &path)
    }

    private func cost(of query: Int, known: inout [Int: Int], path: inout Set<Int>) -> Int {
        if let cost = known[query] { return cost }
        guard path.count < 200 else { return Self.limit + 1 }
        path.insert(query)
        var sum = 1
        for inner in queries[query].inner { add(cost(of: inner, known: &known, path: &path), 1, to: &sum) }
        for (name, times) in queries[query].tables {
            // A query may name itself (recursion, no copy); SQLite refuses a larger circle.
            for target in named[name] ?? [] where target != query {
                let one = path.contains(target) ? Self.limit + 1 : cost(of: target, known: &known, path: &path)
                add(one, times, to: &sum)
            }
        }
        path.remove(query)
        var result = 0
        add(sum, repeats(in: query), to: &result)
        known[query] = result
        return result
    }

    /// How often the most frequent name stands in a query, its keywords left out.
    private func repeats(in query: Int) -> Int {
        max(1, queries[query].names.filter { !Self.keywords.contains($0.key) }.values.max() ?? 1)
    }

    private func add(_ cost: Int, _ times: Int, to sum: inout Int) {
        let (product, overflow) = cost.multipliedReportingOverflow(by: times)
        sum = overflow ? Self.limit + 1 : min(sum + min(product, Self.limit + 1), Self.limit + 1)
    }

    private static let keywords = words(
        """
        select from where and or not as on in is null case when then else end join left right full inner outer cross
        group by order having limit offset between like glob distinct all union except intersect with recursive
        materialized asc desc exists cast over partition rows range window filter nulls first last collate escape using
        natural values sum count min max avg coalesce ifnull integer text real date datetime strftime
        """)

    private static func words(_ text: String) -> Set<[UInt8]> {
        Set(text.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })
    }
}
