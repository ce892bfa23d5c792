/// Destination fields by their nesting, in the order of the mapping: `a.b` and `a.c` share the object `a`.
struct FieldTree {
    indirect enum Value {
        case column(Int)
        case object(FieldTree)
    }

    private(set) var fields: [(name: [UInt8], value: Value)] = []

    private static let maxDepth = 32

    /// - Throws: `MappingError` when an earlier field stands where this one wants to be.
    mutating func insert(_ field: String, column: Int) throws(MappingError) {
        let path = field.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
        if path.contains(where: \.isEmpty) {
            throw MappingError(
                message: "destination field '\(field)' has an empty name between its dots: a dot means nesting")
        }
        if path.count > Self.maxDepth {
            throw MappingError(
                message: "destination field '\(field)' nests more than \(Self.maxDepth) levels deep: use fewer dots")
        }
        try insert(path[...], field, column)
    }

    private mutating func insert(_ path: ArraySlice<[UInt8]>, _ field: String, _ column: Int) throws(MappingError) {
        guard let name = path.first else { return }
        let rest = path.dropFirst()
        guard let place = fields.firstIndex(where: { $0.name == name }) else {
            if rest.isEmpty {
                fields.append((name, .column(column)))
            } else {
                var object = FieldTree()
                try object.insert(rest, field, column)
                fields.append((name, .object(object)))
            }
            return
        }
        guard case .object(var object) = fields[place].value, !rest.isEmpty else {
            throw MappingError(
                message: "destination field '\(field)' is mapped twice, or is a value and an object of other fields: "
                    + "map each field once")
        }
        try object.insert(rest, field, column)
        fields[place].value = .object(object)
    }
}
