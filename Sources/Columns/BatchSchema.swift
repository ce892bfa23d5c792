import CTessera
import Glibc
import Journeys

/// Columns and their ArrowSchema, made once and shared by all batches of one kind.
///
/// Sendable without a check because the C structs are written in `init` only.
public final class BatchSchema: @unchecked Sendable {
    public let columns: [Column]
    /// The struct schema, valid while this object lives. Its `release` does nothing: the borrower owns nothing.
    public let pointer: UnsafePointer<ArrowSchema>

    private let structs: UnsafeMutablePointer<ArrowSchema>
    private let children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>
    private let names: [UnsafeMutablePointer<CChar>]

    /// A name is cut at a NUL, which C can't show.
    public init(columns: [Column]) {
        self.columns = columns
        structs = .allocate(capacity: columns.count + 1)
        children = .allocate(capacity: max(1, columns.count))
        names = columns.map { column in
            guard let name = strdup(column.name) else { preconditionFailure("out of memory") }
            return name
        }
        for (index, column) in columns.enumerated() {
            (structs + index + 1).initialize(
                to: ArrowSchema(
                    format: ArrowFormat.format(of: column.type), name: names[index],
                    metadata: column.isJSON ? ArrowFormat.jsonMetadata : nil,
                    flags: column.nullable ? Int64(ARROW_FLAG_NULLABLE) : 0, n_children: 0, children: nil,
                    dictionary: nil, release: { _ in }, private_data: nil))
            (children + index).initialize(to: structs + index + 1)
        }
        structs.initialize(
            to: ArrowSchema(
                format: ArrowFormat.structure, name: ArrowFormat.empty, metadata: nil, flags: 0,
                n_children: Int64(columns.count), children: children, dictionary: nil, release: { _ in },
                private_data: nil))
        pointer = UnsafePointer(structs)
    }

    deinit {
        names.forEach { free($0) }
        children.deallocate()
        structs.deallocate()
    }

    /// The index of the column of that name (by UTF-8 bytes); nil when there is none.
    public func index(of name: String) -> Int? {
        columns.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }
}
