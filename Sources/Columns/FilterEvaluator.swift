import Journeys

/// One batch on its way through a program. Each node writes a result for every row; a second buffer per level of groups
/// holds the next child's.
struct FilterEvaluator {
    let view: BatchView
    let columnIndex: [Int]
    let runAt: Int64

    /// 1 where a row matches, else 0: bytes, because joining Bools keeps loops from being vectorised.
    typealias Out = UnsafeMutablePointer<UInt8>

    func evaluate(_ node: FilterProgram.Node, into out: Out) {
        switch node {
        case .everyone:
            out.update(repeating: 1, count: view.count)
        case .condition(let column, let kernel):
            run(kernel, column: columnIndex[column], into: out)
        case .and(let children):
            combine(children, into: out) { $0 & $1 }
        case .or(let children):
            combine(children, into: out) { $0 | $1 }
        }
    }

    @inline(__always)
    private func combine(_ children: [FilterProgram.Node], into out: Out, _ join: (UInt8, UInt8) -> UInt8) {
        guard let first = children.first else { return out.update(repeating: 0, count: view.count) }
        evaluate(first, into: out)
        if children.count == 1 { return }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: view.count) { other in
            guard let base = other.baseAddress else { return }
            for child in children.dropFirst() {
                evaluate(child, into: base)
                for row in 0..<view.count { out[row] = join(out[row], base[row]) }
            }
        }
    }

    private func run(_ kernel: FilterKernel, column: Int, into out: Out) {
        switch kernel {
        case .isNull:
            guard let validity = view.validity(column) else { return out.update(repeating: 0, count: view.count) }
            for row in 0..<view.count { out[row] = validity[row] ? 0 : 1 }
            return
        case .isNotNull:
            out.update(repeating: 1, count: view.count)
        case .bool(let wanted):
            let values = view.bool(column)
            for row in 0..<view.count { out[row] = values[row] == wanted ? 1 : 0 }
        case .integers(let range, let negated):
            within(view.int64(column), range, negated, into: out)
        case .doubles(let range, let negated):
            within(view.double(column), range, negated, into: out)
        case .days(let range, let negated):
            within(view.date(column), range, negated, into: out)
        case .dates(let condition):
            return run(FilterKernel.fixed(condition, runAt: runAt), column: column, into: out)
        case .integerList(let list, let negated):
            let values = view.int64(column)
            for row in 0..<view.count { out[row] = list.contains(values[row]) != negated ? 1 : 0 }
        case .doubleList(let list, let negated):
            let values = view.double(column)
            for row in 0..<view.count { out[row] = list.contains(values[row]) != negated ? 1 : 0 }
        case .textList(let list, let negated):
            let texts = view.utf8(column)
            for row in 0..<view.count { out[row] = list.contains(texts[row]) != negated ? 1 : 0 }
        case .text(let test, let wanted, let negated):
            wanted.withUnsafeBytes { match(view.utf8(column), test, $0, negated, into: out) }
        }
        clearNulls(column, in: out)
    }

    private func within<Value: Comparable & Sendable>(
        _ values: UnsafeBufferPointer<Value>, _ range: NumberRange<Value>, _ negated: Bool, into out: Out
    ) {
        let (low, high) = (range.low, range.high)
        for row in 0..<view.count {
            let value = values[row]
            out[row] = (value >= low && value <= high) != negated ? 1 : 0
        }
    }

    private func match(
        _ texts: Utf8View, _ test: FilterKernel.TextTest, _ wanted: UnsafeRawBufferPointer, _ negated: Bool,
        into out: Out
    ) {
        switch test {
        case .equals: for row in 0..<view.count { out[row] = ByteText.equal(texts[row], wanted) != negated ? 1 : 0 }
        case .contains:
            for row in 0..<view.count { out[row] = ByteText.contains(texts[row], wanted) != negated ? 1 : 0 }
        case .starts:
            for row in 0..<view.count { out[row] = ByteText.starts(texts[row], with: wanted) != negated ? 1 : 0 }
        case .ends: for row in 0..<view.count { out[row] = ByteText.ends(texts[row], with: wanted) != negated ? 1 : 0 }
        }
    }

    /// Null matches nothing, whatever the kernel made of the bytes beneath it.
    private func clearNulls(_ column: Int, in out: Out) {
        guard let validity = view.validity(column) else { return }
        for row in 0..<view.count { out[row] &= validity[row] ? 1 : 0 }
    }
}
