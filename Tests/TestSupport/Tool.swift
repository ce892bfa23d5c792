import Platform

/// A program that ran to its end, twenty seconds at the most.
public struct Tool: Sendable {
    public struct Failure: Error {
        public var errors: String
    }
    public var status: Int32
    public var output: String
    public var errors: String

    public init(_ arguments: String...) throws { try self.init(arguments) }

    public init(_ arguments: [String]) throws {
        let folder = try TemporaryDirectory()
        let pid = try ChildProcess.spawn(
            ["/usr/bin/timeout", "20"] + arguments, output: folder.path + "/out", errors: folder.path + "/err")
        status = ChildProcess.wait(pid)
        output = String(decoding: try Files.read(folder.path + "/out"), as: UTF8.self)
        errors = String(decoding: try Files.read(folder.path + "/err"), as: UTF8.self)
    }
}
