import CTessera
import TesseraPluginKit

/// Reads and checks `field_mapping`.
struct MappingReader {
    private let config: ConfigReader
    private let columns: [ColumnInfo]?
    private static let base = "/field_mapping"
    private static let element = "{\"source_column\", \"destination_field\"} or {\"value\", \"destination_field\"}"

    init(_ config: ConfigReader, _ columns: [ColumnInfo]?) {
        self.config = config
        self.columns = columns
    }

    /// The fields in order; problems go to the reader.
    func fields() -> [FieldMapping.Field] {
        let wanted = "an array of 1 to 1000 elements \(Self.element)"
        guard let value = config.value("field_mapping") else {
            config.problem("field_mapping", "field_mapping is required: give \(wanted)")
            return []
        }
        guard case .array(let elements) = value else {
            config.problem("field_mapping", "field_mapping must be \(wanted), not \(value.kindName)")
            return []
        }
        guard (1...1000).contains(elements.count) else {
            let remedy = elements.isEmpty ? "nothing would be sent" : "not \(elements.count)"
            config.problem("field_mapping", "field_mapping must be \(wanted): \(remedy)")
            return []
        }
        var fields: [FieldMapping.Field] = []
        var names = FieldNames()
        for (index, element) in elements.enumerated() {
            let pointer = "\(Self.base)/\(index)"
            guard case .object(let members) = element else {
                config.problem(at: pointer, "must be \(Self.element), not \(element.kindName)")
                continue
            }
            let source = source(members, at: pointer)
            guard let name = name(members, at: pointer) else { continue }
            if let conflict = names.insert(name, index) {
                config.problem(at: pointer + "/destination_field", conflict)
            }
            if let source { fields.append(FieldMapping.Field(source: source, name: name)) }
        }
        return fields
    }

    private func source(_ members: [String: ConfigValue], at pointer: String) -> FieldMapping.Field.Source? {
        let known: Set<String> = ["source_column", "value", "destination_field"]
        for name in members.keys.sorted() where !known.contains(name) {
            config.problem(at: pointer, "unknown field '\(name)': give \(Self.element)")
        }
        switch (members["source_column"], members["value"]) {
        case (nil, nil):
            config.problem(at: pointer, "needs a source_column or a value: give \(Self.element)")
        case (.some, .some):
            config.problem(at: pointer, "has both a source_column and a value: keep one of them")
        case (nil, let value?):
            let constant = Constant(value)
            if constant.textCount <= Constant.maxBytes { return .constant(constant) }
            config.problem(at: pointer + "/value", "is larger than 64 KB: it would be sent with every row, shorten it")
        case (let column?, nil):
            guard case .string(let name) = column, !name.isEmpty else {
                config.problem(at: pointer + "/source_column", "must name a column of the model")
                return nil
            }
            if let problem = problem(column: name) {
                config.problem(at: pointer + "/source_column", problem)
                return nil
            }
            return .column(name)
        }
        return nil
    }

    private func problem(column name: String) -> String? {
        if Self.isReserved(name) { return "'\(name)' is reserved: name a column of the model" }
        guard let columns else { return nil }
        guard let column = columns.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            let names = columns.map(\.name).filter { !Self.isReserved($0) }
            let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " …" : "")
            return "the model has no column '\(name)': it has \(shown.isEmpty ? "none" : shown)"
        }
        return column.kind == nil ? "the type of column '\(name)' can't be sent: leave it out" : nil
    }

    private func name(_ members: [String: ConfigValue], at pointer: String) -> String? {
        let place = pointer + "/destination_field"
        guard case .string(let name)? = members["destination_field"], !name.isEmpty else {
            config.problem(at: place, "destination_field is required: name the field of the destination")
            return nil
        }
        if name.utf8.count > 1000 {
            config.problem(at: place, "is longer than 1000 bytes: shorten it")
        } else if name.utf8.contains(0) {
            config.problem(at: place, "contains a NUL character: remove it")
        } else if Self.isReserved(name) {
            config.problem(at: place, "'\(name)' is reserved: choose another name")
        } else if name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).contains(
            where: \.isEmpty)
        {
            config.problem(at: place, "'\(name)' has an empty part: put a name between the dots")
        } else {
            return name
        }
        return nil
    }

    private static func isReserved(_ name: String) -> Bool {
        (FieldMapping.reserved + [TESSERA_COLUMN_ARRIVED_AT]).contains { $0.utf8.elementsEqual(name.utf8) }
    }
}

/// The destination fields seen so far, to find two that can't stand in one object: the same name twice, or `a` and `a.b`.
private struct FieldNames {
    private var fields: [[UInt8]: Int] = [:]
    /// Every path that a field goes through, and the first field that does.
    private var parents: [[UInt8]: Int] = [:]

    /// Notes a field; gives what it is in conflict with.
    mutating func insert(_ name: String, _ index: Int) -> String? {
        let bytes = Array(name.utf8)
        if let other = fields[bytes] { return "'\(name)' is mapped twice, by element \(other) too: keep one of them" }
        if let other = parents[bytes] {
            return "'\(name)' can't be a value and hold the field of element \(other) at once: rename one of them"
        }
        let prefixes = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }.map { Array(bytes[..<$0]) }
        for prefix in prefixes {
            guard let other = fields[prefix] else { continue }
            let parent = String(decoding: prefix, as: UTF8.self)
            return "'\(parent)' can't be a value (element \(other)) and hold '\(name)' at once: rename one of them"
        }
        fields[bytes] = index
        for prefix in prefixes where parents[prefix] == nil { parents[prefix] = index }
        return nil
    }
}
