import Journeys

/// A bound filter made ready to run over batches, a column at a time.
///
/// The meaning is `FilterOperator`'s, the same as the SQL of a model: a property test holds it equal to a plain
/// interpreter. Immutable; any thread.
public struct FilterProgram: Sendable {
    /// The columns that the filter reads, in the order that `columnIndex` follows.
    public let columns: [Column]
    private let root: Node

    indirect enum Node: Sendable {
        case everyone
        case and([Node])
        case or([Node])
        case condition(column: Int, FilterKernel)
    }

    public init(_ filter: BoundFilter) {
        columns = filter.columns
        root = Self.compile(filter.root)
    }

    private static func compile(_ node: BoundFilter.Node) -> Node {
        switch node {
        case .everyone: .everyone
        case .and(let children): .and(children.map(compile))
        case .or(let children): .or(children.map(compile))
        case .condition(let condition): .condition(column: condition.column, FilterKernel(condition))
        }
    }

    /// Where a batch has the filter's columns, by name.
    /// - Throws: `BatchViewError` naming a column that is missing or has another type.
    public func columnIndex(in view: BatchView) throws(BatchViewError) -> [Int] {
        var indices: [Int] = []
        for column in columns {
            guard let index = view.index(of: column.name) else {
                throw BatchViewError(message: "column '\(column.name)' is missing in the batch")
            }
            guard view.columns[index].type == column.type else {
                throw BatchViewError(
                    message: "column '\(column.name)' came as \(view.columns[index].type.rawValue), not as "
                        + column.type.rawValue)
            }
            indices.append(index)
        }
        return indices
    }

    /// Tells for each row whether it matches.
    /// - Parameters:
    ///   - columnIndex: for each of `columns` its index in the batch, as `columnIndex(in:)` gives it.
    ///   - runAt: the start of the run, microseconds since 1970 UTC: relative dates count from it.
    ///   - result: gets one element for each row; its storage is used again when the size fits.
    public func evaluate(_ view: BatchView, columnIndex: [Int], runAt: Int64, into result: inout [Bool]) {
        precondition(columnIndex.count == columns.count)
        for (column, index) in zip(columns, columnIndex) { precondition(view.columns[index].type == column.type) }
        if result.count != view.count { result = [Bool](repeating: false, count: view.count) }
        result.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let evaluator = FilterEvaluator(view: view, columnIndex: columnIndex, runAt: runAt)
            // A Bool is a byte that is 0 or 1.
            base.withMemoryRebound(to: UInt8.self, capacity: view.count) { evaluator.evaluate(root, into: $0) }
        }
    }

    /// The same with the columns looked up by name.
    /// - Throws: `BatchViewError` as `columnIndex(in:)` does.
    public func evaluate(_ view: BatchView, runAt: Int64, into result: inout [Bool]) throws(BatchViewError) {
        evaluate(view, columnIndex: try columnIndex(in: view), runAt: runAt, into: &result)
    }
}
