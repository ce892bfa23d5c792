import Platform

/// What lies in the plugin directories: every `.so` and lock file, as `stat` sees it.
struct DirectorySnapshot {
    static let lockFile = "plugins.lock"

    private(set) var files: [String: FileSignature] = [:]

    /// Looks at names and `stat` only; a directory that can't be read is empty.
    init(_ directories: [String]) {
        for directory in directories {
            for name in (try? Files.list(directory)) ?? [] where Self.isWatched(name) {
                let path = Self.path(name, in: directory)
                if let signature = FileSignature(path: path) { files[path] = signature }
            }
        }
    }

    static func path(_ name: String, in directory: String) -> String {
        directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }

    /// Hidden files are none: that is how a file is written beside its place and renamed.
    static func isWatched(_ name: String) -> Bool {
        (name.hasSuffix(".so") && !name.hasPrefix(".")) || name == lockFile
    }

    /// Files that are new or different since `known`.
    func changed(since known: [String: FileSignature]) -> [String] {
        files.compactMap { known[$0.key] == $0.value ? nil : $0.key }
    }
}
