import Journeys

/// Rows on their way into a table of the embedded source. Nothing is seen of them before `finish` returns, and all of them
/// after it. One thread at a time; dropping it without `finish` is `abort`.
public final class Upload {
    init() {}

    /// Takes the next bytes of the body, cut anywhere.
    /// - Throws: `UploadRefused` when the whole upload can't be taken: the rest need not be sent.
    public func write(_ bytes: [UInt8]) throws {
    }

    /// Loads all rows in one transaction.
    /// - Throws: `UploadRefused`, `SourceGone`; the table is then as it was.
    public func finish() throws -> UploadResult {
        throw UploadRefused("")
    }

    /// Gives up: the table stays as it was.
    public func abort() {}
}
