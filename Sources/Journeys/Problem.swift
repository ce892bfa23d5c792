/// One fault of an input: where it is and what would remedy it. `/validate`, 400 and 422 answers carry lists of these.
public struct Problem: Sendable, Hashable {
    /// RFC 6901 JSON pointer into the input; `""` is the whole.
    public var pointer: String
    /// A sentence for people that names the remedy.
    public var message: String

    /// So many of one input are told: nobody reads more, and an input could hold a hundred thousand.
    public static let most = 100

    public init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }

    /// `{"pointer": …, "message": …}`, as error answers carry it.
    public var json: JSON { ["pointer": .string(pointer), "message": .string(message)] }
}

extension Problem: CustomStringConvertible {
    public var description: String { pointer.isEmpty ? message : "\(pointer): \(message)" }
}
