import Glibc
import Platform

/// Where this program lies, and what was installed beside it.
enum Installation {
    /// The path of this executable; nil when the system does not tell.
    static let executable: String? = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// `../share/tessera/templates` beside the executable's directory, when it is there.
    static var templates: String? {
        guard let executable else { return nil }
        let directory = Files.parent(of: Files.parent(of: executable)) + "/share/tessera/templates"
        return Files.exists(directory) ? directory : nil
    }

    /// `../lib/tessera/plugins` beside the executable's directory, when it is there.
    static var pluginDirectories: [String] {
        guard let executable else { return [] }
        let directory = Files.parent(of: Files.parent(of: executable)) + "/lib/tessera/plugins"
        return Files.exists(directory) ? [directory] : []
    }

    /// `tessera-plugin-host` beside the executable, or in `../libexec/tessera`; nil when it is in neither.
    static var pluginHost: String? {
        guard let executable else { return nil }
        let beside = Files.parent(of: executable)
        return ["\(beside)/tessera-plugin-host", Files.parent(of: beside) + "/libexec/tessera/tessera-plugin-host"]
            .first { access($0, X_OK) == 0 }
    }

    /// The same for a gateway, which takes no plugin without it.
    static func requiredPluginHost() throws -> String {
        if let pluginHost { return pluginHost }
        throw MissingPluginHost()
    }

    struct MissingPluginHost: Error, CustomStringConvertible {
        var description: String {
            "tessera-plugin-host is neither beside this program nor in ../libexec/tessera: install both together"
        }
    }
}
