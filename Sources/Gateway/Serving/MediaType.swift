/// A `Content-Type`: its type and its charset, both in lower case.
struct MediaType {
    let name: String
    let charset: String?

    init(_ header: String) {
        let parts = header.split(separator: ";").map { $0.trimmed.lowercased() }
        name = parts.first ?? ""
        charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
            .map { String($0.dropFirst(8).filter { $0 != "\"" }) }
    }

    private var isUTF8: Bool { charset == nil || charset == "utf-8" || charset == "utf8" || charset == "us-ascii" }
    var isJSON: Bool { name == "application/json" && isUTF8 }
    var isCSV: Bool { name == "text/csv" && isUTF8 }
    var isNDJSON: Bool {
        ["application/x-ndjson", "application/ndjson", "application/jsonl"].contains(name) && isUTF8
    }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    var trimmed: Substring {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
