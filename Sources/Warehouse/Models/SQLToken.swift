import Journeys

/// A token of SQL, as far as the warehouse must tell tokens apart.
struct SQLToken {
    enum Kind {
        /// A keyword or a bare name.
        case word
        /// A name in quotes or brackets.
        case quoted
        /// A text, a blob or a number.
        case literal
        case symbol
    }

    var kind: Kind
    /// Words and names without quotes, in ASCII lower case; a symbol's one byte.
    var text: [UInt8]
    /// Where it stands in the statement, in bytes.
    var range: Range<Int>

    func isWord(_ word: StaticString) -> Bool {
        kind == .word && text.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    func isSymbol(_ symbol: UInt8) -> Bool { kind == .symbol && text[0] == symbol }

    /// A name or a keyword.
    var isName: Bool { kind == .word || kind == .quoted }
}

extension SQLToken {
    /// Splits SQL into tokens, comments and white space left out.
    /// - Throws: `ModelSQLError` for a text, name or comment that does not end.
    static func split(_ sql: [UInt8]) throws(ModelSQLError) -> [SQLToken] {
        var tokens: [SQLToken] = []
        var index = 0
        while index < sql.count {
            let byte = sql[index]
            let next = index + 1 < sql.count ? sql[index + 1] : 0
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D:
                index += 1
            case UInt8(ascii: "-") where next == byte:
                index = sql[index...].firstIndex(of: 0x0A) ?? sql.count
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                index = try end(ofComment: index, in: sql)
            case UInt8(ascii: "'"):
                let stop = try end(ofQuote: byte, from: index, in: sql)
                tokens.append(SQLToken(kind: .literal, text: [], range: index..<stop))
                index = stop
            case UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "["):
                let close = byte == UInt8(ascii: "[") ? UInt8(ascii: "]") : byte
                let stop = try end(ofQuote: close, from: index, in: sql)
                tokens.append(
                    SQLToken(kind: .quoted, text: ASCIICase.lowered(sql[index + 1..<stop - 1]), range: index..<stop))
                index = stop
            case _ where isNameByte(byte):
                var stop = index
                while stop < sql.count, isNameByte(sql[stop]) { stop += 1 }
                let isNumber = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                tokens.append(
                    SQLToken(
                        kind: isNumber ? .literal : .word, text: isNumber ? [] : ASCIICase.lowered(sql[index..<stop]),
                        range: index..<stop))
                index = stop
            default:
                tokens.append(SQLToken(kind: .symbol, text: [byte], range: index..<index + 1))
                index += 1
            }
        }
        return tokens
    }

    private static func end(ofComment start: Int, in sql: [UInt8]) throws(ModelSQLError) -> Int {
        var index = start + 2
        while index + 1 < sql.count {
            if sql[index] == UInt8(ascii: "*"), sql[index + 1] == UInt8(ascii: "/") { return index + 2 }
            index += 1
        }
        throw ModelSQLError(.refused, "the SQL has a comment that does not end: close it with */")
    }

    /// Behind the closing quote; a doubled one is part of the text, except for `]`.
    private static func end(ofQuote quote: UInt8, from start: Int, in sql: [UInt8]) throws(ModelSQLError) -> Int {
        var index = start + 1
        while index < sql.count {
            if sql[index] == quote {
                guard quote != UInt8(ascii: "]"), index + 1 < sql.count, sql[index + 1] == quote else {
                    return index + 1
                }
                index += 1
            }
            index += 1
        }
        throw ModelSQLError(
            .refused, "the SQL has an opening \(Character(UnicodeScalar(sql[start]))) that is not closed")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...0xFF:
            true
        default: false
        }
    }
}
