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

    /// `../lib/tessera/plugins` beside the executable's directory, when it is there.
    static var pluginDirectories: [String] {
        guard let executable else { return [] }
        let directory = Files.parent(of: Files.parent(of: executable)) + "/lib/tessera/plugins"
        return Files.exists(directory) ? [directory] : []
    }
}
