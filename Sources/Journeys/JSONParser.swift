/// Reads one JSON text in one pass, so that what is too deep or too much costs no more than what came before it.
struct JSONParser {
    let text: [UInt8]
    /// Of the next byte.
    var at = 0
    private let limits: JSONLimits
    private var depth = 0
    private var containers = 0
    private var members = 0
    // What the open arrays and objects have so far: each is made at its end, in its size.
    private var values: [JSON] = []
    private var keys: [String] = []

    init(_ text: [UInt8], limits: JSONLimits) {
        self.text = text
        self.limits = limits
    }

    mutating func whole() throws(JSONParseError) -> JSON {
        guard text.allSatisfy({ $0 < 0x80 }) || String(validating: text, as: UTF8.self) != nil else {
            throw JSONParseError(kind: .notJSON, message: "not valid JSON: the text is not UTF-8")
        }
        let value = try value()
        skipSpace()
        guard at == text.count else { throw fault("something follows the value") }
        return value
    }

    /// 0 at the end, which stands nowhere in JSON.
    var next: UInt8 { at < text.count ? text[at] : 0 }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    func fault(_ message: String) -> JSONParseError {
        JSONParseError(kind: .notJSON, message: "not valid JSON: \(message) (at byte \(at + 1))")
    }

    private mutating func skipSpace() {
        while next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { at += 1 }
    }

    /// The value that begins after white space.
    private mutating func value() throws(JSONParseError) -> JSON {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default:
            if take("true") { return .bool(true) }
            if take("false") { return .bool(false) }
            if take("null") { return .null }
            throw fault(at == text.count ? "the text ends too soon" : "a value is missing")
        }
    }

    private mutating func take(_ word: String) -> Bool {
        guard text[at...].starts(with: word.utf8) else { return false }
        at += word.utf8.count
        return true
    }

    private mutating func array() throws(JSONParseError) -> JSON {
        try enter()
        let first = values.count
        if !take(UInt8(ascii: "]")) {
            repeat {
                let element = try value()
                values.append(element)
                skipSpace()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw fault("an array goes on with ',' or ends with ']'") }
        }
        depth -= 1
        defer { values.removeSubrange(first...) }
        return .array(Array(values[first...]))
    }

    private mutating func object() throws(JSONParseError) -> JSON {
        try enter()
        let (first, firstKey) = (values.count, keys.count)
        if !take(UInt8(ascii: "}")) {
            repeat { try member() } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw fault("an object goes on with ',' or ends with '}'") }
        }
        depth -= 1
        defer {
            values.removeSubrange(first...)
            keys.removeSubrange(firstKey...)
        }
        var object = [String: JSON](minimumCapacity: values.count - first)
        for (key, value) in zip(keys[firstKey...], values[first...]) {
            if object.updateValue(value, forKey: key) != nil, !limits.allowsRepeatedKeys {
                throw fault("the object that ends here has the key '\(key.prefix(100))' more than once")
            }
        }
        return .object(object)
    }

    private mutating func member() throws(JSONParseError) {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw fault("a key of an object must be a string") }
        let key = try string()
        members += 1
        if members > limits.members {
            throw JSONParseError(kind: .tooMany, message: "JSON has more than \(limits.members) members of objects")
        }
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw fault("a ':' must follow a key") }
        let value = try value()
        keys.append(key)
        values.append(value)
        skipSpace()
    }

    /// Passes an opening bracket and what white space follows it.
    private mutating func enter() throws(JSONParseError) {
        at += 1
        depth += 1
        containers += 1
        if depth > limits.depth {
            throw JSONParseError(kind: .tooDeep, message: "JSON is nested more than \(limits.depth) levels deep")
        }
        if containers > limits.containers {
            throw JSONParseError(
                kind: .tooMany, message: "JSON has more than \(limits.containers) objects and arrays")
        }
        skipSpace()
    }
}
