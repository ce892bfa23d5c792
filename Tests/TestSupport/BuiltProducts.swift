import Glibc
import Platform

/// What the build has put beside the test program.
public enum BuiltProducts {
    /// The directory of the products. A run under a sanitizer puts those together in a folder of their own: Tests/Proofs/sanitizers.py.
    public static let directory: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        return Files.parent(
            of: String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }()

    /// The `tessera` program.
    public static var tessera: String { directory + "/tessera" }

    /// The program that plugins are probed and isolated in.
    public static var pluginHost: String { directory + "/tessera-plugin-host" }

    /// The plugins that the package ships, by the names of their folders.
    public static let plugins = [
        "Braze", "Entry", "Exit", "Filter", "HTTP", "Slack", "Split", "Sync", "Wait", "Webhook",
    ]

    /// The file of a shipped plugin: "Wait".
    public static func plugin(_ name: String) -> String { "\(directory)/lib\(name)Plugin.so" }

    /// Makes a plugin directory with links to shipped plugins, and nothing else.
    public static func linkPlugins(_ names: [String] = plugins, in directory: String) throws {
        try Files.makeDirectory(directory)
        for name in names {
            let link = "\(directory)/lib\(name)Plugin.so"
            unlink(link)
            guard symlink(plugin(name), link) == 0 else { throw SystemError("link \(link)") }
        }
    }
}
