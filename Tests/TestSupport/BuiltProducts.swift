import Glibc
import Platform

/// What the build has put beside the test program.
public enum BuiltProducts {
    /// The directory of the products.
    public static let directory: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        return Files.parent(
            of: String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }()

    /// The `tessera` program.
    public static var tessera: String { directory + "/tessera" }

    /// Where plugins and their host come from. A run of the tests under a sanitizer names products without it in
    /// `TESSERA_TEST_PRODUCTS`: its shadow memory does not fit into a child's limits.
    private static let pluginDirectory = getenv("TESSERA_TEST_PRODUCTS").map { String(cString: $0) } ?? directory

    /// The program that plugins are probed and isolated in.
    public static var pluginHost: String { pluginDirectory + "/tessera-plugin-host" }

    /// The plugins that the package ships, by the names of their folders.
    public static let plugins = [
        "Braze", "Entry", "Exit", "Filter", "HTTP", "Slack", "Split", "Sync", "Wait", "Webhook",
    ]

    /// The file of a shipped plugin: "Wait".
    public static func plugin(_ name: String) -> String { "\(pluginDirectory)/lib\(name)Plugin.so" }

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
