import CTessera

/// What is known while a config is opened. Valid until `init` returns.
public struct OpenCall {
    /// The model's columns as the gateway lent them; null when unknown: then names and types go unchecked.
    public let schema: UnsafePointer<ArrowSchema>?
    private let call: UnsafePointer<tessera_open_call>

    init(_ call: UnsafePointer<tessera_open_call>, schema: UnsafePointer<ArrowSchema>?) {
        self.call = call
        self.schema = schema
    }

    public var workspaceID: String { String(call.pointee.workspace_id) }
    /// The journey's id for a tile, the destination's for a connector; may be empty.
    public var ownerID: String { String(call.pointee.owner_id) }

    /// The model's columns; nil when unknown.
    public var columns: [ColumnInfo]? { schema.map { ColumnInfo.list(of: $0) } }

    /// Tells the problems. Gives the result of a refused `open`.
    func refuse(_ problems: [ConfigProblem]) -> Int32 {
        guard let tell = call.pointee.problem else { return 1 }
        for problem in problems {
            problem.pointer.withTesseraText { pointer in
                problem.message.withTesseraText { message in tell(call, pointer, message) }
            }
        }
        return 1
    }
}
