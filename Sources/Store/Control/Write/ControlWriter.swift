/// What can be written to control.db, and read on the way: it sees what was written before it in its own group. It is lent
/// to the body of `ControlStore.write` and belongs to the committer's thread: don't keep it.
///
/// All methods throw `StoreError`; a body that lets the error through leaves nothing behind.
public final class ControlWriter: ControlReader {
    /// Runs a statement that must change exactly one row.
    func one(_ what: @autoclosure () -> String, _ changed: Int) throws {
        guard changed > 0 else { throw StoreError.notFound(what()) }
    }
}
