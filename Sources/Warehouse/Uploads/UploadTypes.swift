import Journeys

/// What an upload does to the rows that a table has already.
public enum UploadMode: String, Sendable, Hashable, CaseIterable {
    /// Rows of a known key are replaced, others added. A table without a key only gains rows.
    case upsert
    /// The upload's rows take the place of all rows. With declared types the table is made anew.
    case replace
}

/// How an upload's bytes are to be read.
public enum UploadFormat: Sendable, Hashable {
    /// RFC 4180 with a header line.
    case csv
    /// One flat JSON object a line.
    case ndjson
}

/// A line that could not be loaded.
public struct UploadProblem: Sendable, Hashable {
    /// The line of the file on which the row begins, from 1.
    public var line: Int
    public var message: String

    public init(line: Int, message: String) {
        self.line = line
        self.message = message
    }
}

/// What became of an upload.
public struct UploadResult: Sendable, Hashable {
    /// Rows loaded: inserted + updated.
    public var rows = 0
    /// Rows of a key that the table (or, when replacing, the upload) did not have.
    public var inserted = 0
    /// Rows that took the place of one with the same key; of a key that the upload repeats the last row stays.
    public var updated = 0
    /// Lines that could not be loaded.
    public var bad = 0
    /// The first 20 of them.
    public var problems: [UploadProblem] = []

    public init() {}

    static let maxProblems = 20
}

/// An upload that can't be taken as a whole; the table is as it was.
public struct UploadRefused: Error, Sendable, Hashable, CustomStringConvertible {
    /// The query parameter at fault (`table`, `key`, `types`, `mode`), or nil when it is the body.
    public var parameter: String?
    /// A sentence for people that names the remedy.
    public var message: String

    public init(_ message: String, parameter: String? = nil) {
        self.message = message
        self.parameter = parameter
    }

    public var description: String { message }
}
