/// One value for each row of a cargo, in memory of its own.
///
/// A stored array of a class would be guarded against overlapping access at every element; this is a constant to its
/// owner, who frees it. Values are numbers and enums without payload: nothing in them is counted. Indices are checked in debug builds only: they come from the cargo's own rows.
struct Cells<Value> {
    private let memory: UnsafeMutableBufferPointer<Value>

    init(_ value: Value, _ count: Int) {
        memory = .allocate(capacity: count)
        memory.initialize(repeating: value)
    }

    subscript(row: Int) -> Value {
        get { memory[row] }
        nonmutating set { memory[row] = newValue }
    }

    func contains(where isWanted: (Value) -> Bool) -> Bool { memory.contains(where: isWanted) }
    func deallocate() { memory.deallocate() }
}
