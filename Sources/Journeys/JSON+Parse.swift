extension JSON {
    /// Parses one JSON text (RFC 8259: any value at the top, white space around it, no byte order mark).
    ///
    /// A number with a fraction or an exponent is `.number`, another one `.integer` when it fits Int64, else `.number`; from
    /// 10^15 on every whole number that fits is an `.integer` however it was written. One that is no finite double is
    /// refused. Any thread.
    ///
    /// - Parameter bytes: the text, UTF-8.
    /// - Throws: `JSONParseError`.
    public static func parse(_ bytes: some Sequence<UInt8>, limits: JSONLimits) throws(JSONParseError) -> JSON {
        var parser = JSONParser(Array(bytes), limits: limits)
        return try parser.whole()
    }

    /// As `parse(_:limits:)`, for texts of our own: only the depth is limited.
    public static func parse(_ bytes: some Sequence<UInt8>, maxDepth: Int = 64) throws(JSONParseError) -> JSON {
        try parse(bytes, limits: JSONLimits(depth: maxDepth))
    }

    /// As `parse(_:maxDepth:)`, of a string.
    public static func parse(_ text: String, maxDepth: Int = 64) throws(JSONParseError) -> JSON {
        try parse(Array(text.utf8), maxDepth: maxDepth)
    }
}
