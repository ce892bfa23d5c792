/// What can be written to control.db, and read on the way: it sees what was written before it in its own group. It is lent
/// to the body of `ControlStore.write` and belongs to the committer's thread: don't keep it.
///
/// All methods throw `StoreError`; a body that lets the error through leaves nothing behind.
public final class ControlWriter: ControlReader {
    /// Writes a value as it is: the disk takes it or does not.
    func proveWritable() throws {
        try connection.run("UPDATE settings SET value = value WHERE name = 'secret_key_check'")
    }

    /// Runs a statement that must change exactly one row.
    func one(_ what: @autoclosure () -> String, _ changed: Int) throws {
        guard changed > 0 else { throw StoreError.notFound(what()) }
    }
}
