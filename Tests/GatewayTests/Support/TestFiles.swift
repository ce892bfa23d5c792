import Platform

enum TestFiles {
    /// A file as text, whatever its bytes; empty when it is not there.
    static func read(_ path: String) throws -> String {
        Files.exists(path) ? String(decoding: try Files.read(path), as: UTF8.self) : ""
    }
}
