/// A model's SQL, looked at before SQLite sees it: one statement, without what stands around it.
struct SQLText {
    static let maxBytes = 100_000

    /// The statement without leading and trailing comments and semicolons, safe to stand in brackets.
    let body: String
    /// UNION, EXCEPT or INTERSECT occur: a result column may then hold other values than its source column.
    let isCompound: Bool
    /// No brackets, so no function, subquery or CTE, and no outer join: a result column is null only where its source is.
    let isPlain: Bool
    /// About how large an expression of the result can be, in nodes.
    let weight: Int

    /// - Throws: `ModelSQLError` when it is not one SELECT, or nests so that preparing it would not end.
    init(_ sql: String) throws(ModelSQLError) {
        let bytes = Array(sql.utf8)
        guard bytes.count <= Self.maxBytes else {
            throw ModelSQLError(.refused, "the SQL is longer than \(Self.maxBytes) bytes: shorten it")
        }
        guard !bytes.contains(0) else { throw ModelSQLError(.refused, "the SQL contains a NUL: remove it") }
        var tokens = try SQLToken.split(bytes)
        while tokens.last?.isSymbol(UInt8(ascii: ";")) == true { tokens.removeLast() }
        guard let first = tokens.first, let last = tokens.last else {
            throw ModelSQLError(.refused, "the SQL is empty: give one SELECT")
        }
        guard first.isWord("select") || first.isWord("with") else {
            throw ModelSQLError(.refused, "a model's SQL is one SELECT (or WITH … SELECT), and nothing else")
        }
        guard !tokens.contains(where: { $0.isSymbol(UInt8(ascii: ";")) }) else {
            throw ModelSQLError(.refused, "the SQL holds more than one statement: a model is one SELECT")
        }
        let growth = SQLGrowth(tokens).estimate
        guard growth <= SQLGrowth.limit else {
            throw ModelSQLError(
                .refused,
                "the SQL's nested queries repeat each other too often: use each WITH query and each computed column "
                    + "fewer times")
        }
        body = String(decoding: bytes[first.range.lowerBound..<last.range.upperBound], as: UTF8.self)
        isCompound = tokens.contains { $0.isWord("union") || $0.isWord("except") || $0.isWord("intersect") }
        isPlain = !tokens.contains {
            $0.isSymbol(UInt8(ascii: "(")) || $0.isWord("left") || $0.isWord("right") || $0.isWord("full")
        }
        weight = tokens.count + growth
    }
}
