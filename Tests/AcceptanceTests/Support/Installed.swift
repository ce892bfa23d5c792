import Glibc
import Platform

/// The release tree under test, as `scripts/install` has put it, and the checkout that the tests come from.
///
/// Acceptance tests use Tessera as its users do: from here they take the program, the plugins and the headers, and nothing
/// else of the build.
enum Installed {
    /// The checkout.
    static let root: String = {
        var path = #filePath[...]
        for _ in 0..<4 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        return String(path)
    }()

    /// Where the release is: `TESSERA_PREFIX`, else `.build/install` of the checkout.
    static let prefix: String = getenv("TESSERA_PREFIX").map { String(cString: $0) } ?? root + "/.build/install"

    /// The prefix, when a release is there.
    static func tree() throws -> String {
        guard access(prefix + "/bin/tessera", X_OK) == 0 else {
            throw Absent(
                description: "No release is installed in \(prefix): run scripts/test, which installs one and sets "
                    + "TESSERA_PREFIX, or scripts/install \(prefix)")
        }
        return prefix
    }

    static func program() throws -> String { try tree() + "/bin/tessera" }
    static func plugins() throws -> String { try tree() + "/lib/tessera/plugins" }
    static func headers() throws -> String { try tree() + "/include" }

    /// A file of `Tests/Data`.
    static func data(_ name: String) -> String { root + "/Tests/Data/" + name }

    struct Absent: Error, CustomStringConvertible {
        let description: String
    }
}
