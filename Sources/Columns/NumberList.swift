/// The values of an `in`: few are tried one after the other, many by halving. Both beat a hash.
struct NumberList<Value: Comparable & Sendable>: Sendable {
    private let sorted: [Value]

    init(_ values: [Value]) { sorted = values.sorted() }

    func contains(_ value: Value) -> Bool {
        sorted.withUnsafeBufferPointer { sorted in
            var low = 0
            var high = sorted.count
            while high - low > 8 {
                let middle = (low + high) / 2
                if sorted[middle] <= value { low = middle } else { high = middle }
            }
            for index in low..<high where sorted[index] == value { return true }
            return false
        }
    }
}
