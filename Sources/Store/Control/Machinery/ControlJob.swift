/// One write waiting for the committer: a body and whom to tell.
struct ControlJob: Sendable {
    /// What a body that has run leaves behind.
    struct Outcome {
        /// Whether its changes are to be kept.
        var succeeded: Bool
        /// Tells the caller: nil when the group was committed, else why it was not.
        var finish: ((any Error)?) -> Void
    }

    /// Runs the body and keeps what it gave or threw.
    let perform: @Sendable (ControlWriter) -> Outcome
    /// Tells the caller that the body never ran.
    let reject: @Sendable (any Error) -> Void

    init<Value: Sendable>(
        _ body: @escaping @Sendable (ControlWriter) throws -> Value,
        then: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        perform = { writer in
            do {
                let value = try body(writer)
                return Outcome(succeeded: true) { then($0.map { .failure($0) } ?? .success(value)) }
            } catch {
                // Its own error tells more than that of the group.
                return Outcome(succeeded: false) { _ in then(.failure(error)) }
            }
        }
        reject = { then(.failure($0)) }
    }
}
