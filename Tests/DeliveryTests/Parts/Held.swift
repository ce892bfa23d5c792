/// A value that `#expect` can watch being changed.
final class Held<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
    func change<Result>(_ body: (inout Value) -> Result) -> Result { body(&value) }
}
