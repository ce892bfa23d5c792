/// The header fields of a request, in order. The bytes lie in one buffer, as received; strings are made when asked for.
public struct HTTPHeaders: Sendable, Sequence {
    /// Where one field lies in `bytes`.
    struct Field: Sendable {
        var nameStart: Int32
        var nameCount: Int32
        var valueStart: Int32
        var valueCount: Int32
    }

    /// The whole head as received.
    let bytes: [UInt8]
    let fields: [Field]

    init(bytes: [UInt8], fields: [Field]) {
        self.bytes = bytes
        self.fields = fields
    }

    /// Headers for tests and for requests made inside the process. Names and values must hold no line breaks.
    public init(_ pairs: [(String, String)] = []) {
        var bytes: [UInt8] = []
        var fields: [Field] = []
        for (name, value) in pairs {
            let start = bytes.count
            bytes.append(contentsOf: name.utf8)
            let middle = bytes.count
            bytes.append(contentsOf: value.utf8)
            fields.append(
                Field(
                    nameStart: Int32(start), nameCount: Int32(middle - start), valueStart: Int32(middle),
                    valueCount: Int32(bytes.count - middle)))
        }
        self.init(bytes: bytes, fields: fields)
    }

    /// The number of fields.
    public var count: Int { fields.count }

    /// The value of the first field of that name (ASCII case is ignored), without the white space around it.
    public subscript(first name: String) -> String? {
        for field in fields where matches(field, name) { return value(field) }
        return nil
    }

    /// The bytes of the first value of that name, for comparisons without a String.
    public func bytes(first name: String) -> ArraySlice<UInt8>? {
        for field in fields where matches(field, name) {
            return bytes[Int(field.valueStart)..<Int(field.valueStart + field.valueCount)]
        }
        return nil
    }

    /// All values of that name, in order.
    public func all(_ name: String) -> [String] {
        fields.filter { matches($0, name) }.map(value)
    }

    /// Names and values as the bytes that were received, in order: for checks that must not decode.
    package var received: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
        fields.map { field in
            (
                bytes[Int(field.nameStart)..<Int(field.nameStart + field.nameCount)],
                bytes[Int(field.valueStart)..<Int(field.valueStart + field.valueCount)]
            )
        }
    }

    public func makeIterator() -> AnyIterator<(name: String, value: String)> {
        var index = 0
        return AnyIterator {
            guard index < fields.count else { return nil }
            defer { index += 1 }
            let field = fields[index]
            let name = bytes[Int(field.nameStart)..<Int(field.nameStart + field.nameCount)]
            return (String(decoding: name, as: UTF8.self), value(field))
        }
    }

    private func value(_ field: Field) -> String {
        String(decoding: bytes[Int(field.valueStart)..<Int(field.valueStart + field.valueCount)], as: UTF8.self)
    }

    private func matches(_ field: Field, _ name: String) -> Bool {
        let name = name.utf8
        guard name.count == Int(field.nameCount) else { return false }
        var index = Int(field.nameStart)
        for byte in name {
            if ASCII.lower(bytes[index]) != ASCII.lower(byte) { return false }
            index += 1
        }
        return true
    }
}
