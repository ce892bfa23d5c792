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
    public subscript(first name: StaticString) -> String? { index(first: name).map { value(fields[$0]) } }

    /// The bytes of the first value of that name, for comparisons without a String.
    public func bytes(first name: StaticString) -> ArraySlice<UInt8>? {
        guard let index = index(first: name) else { return nil }
        let field = fields[index]
        return bytes[Int(field.valueStart)..<Int(field.valueStart + field.valueCount)]
    }

    /// Whether there is a field of that name.
    public func contains(_ name: StaticString) -> Bool { index(first: name) != nil }

    /// All values of that name, in order.
    public func all(_ name: StaticString) -> [String] {
        guard let first = index(first: name) else { return [] }
        return fields[first...].filter { matches($0, name) }.map(value)
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

    private func index(first name: StaticString) -> Int? {
        for index in fields.indices where matches(fields[index], name) { return index }
        return nil
    }

    private func matches(_ field: Field, _ name: StaticString) -> Bool {
        guard name.utf8CodeUnitCount == Int(field.nameCount) else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            let start = Int(field.nameStart)
            for offset in 0..<name.utf8CodeUnitCount
            where ASCII.lower(bytes[start + offset]) != ASCII.lower(name.utf8Start[offset]) { return false }
            return true
        }
    }
}
