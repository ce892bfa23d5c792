import Glibc
import Journeys
import Platform
import Testing

/// `tessera receiver` of the installed release, on a free port, with a log of what it got.
final class InstalledReceiver {
    let folder: TemporaryFolder
    let url: String
    private let process: Program

    /// A line of JSON for each row received.
    var log: String { folder.path + "/received.ndjson" }

    init(_ arguments: [String] = []) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        process = try Program(
            Installed.program(),
            ["receiver", "--listen", "127.0.0.1:0", "--log", folder.path + "/received.ndjson", "--quiet"] + arguments,
            output: folder.path + "/out", errors: folder.path + "/err")
        url = "http://" + (try process.line(after: "listening on http://")) + "/inbox"
    }

    /// The lines of the log so far.
    func lines() throws -> [JSON] {
        guard Files.exists(log) else { return [] }
        return try Files.read(log).split(separator: UInt8(ascii: "\n")).map { try JSON.parse($0) }
    }

    /// The payloads received so far.
    func rows() throws -> [JSON] { try lines().compactMap { $0["row"] } }
}
