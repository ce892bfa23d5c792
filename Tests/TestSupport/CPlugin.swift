import Foundation
import Platform

/// Builds plugins at test time, as a third party would: a compiler and the two public headers.
public enum CPlugin {
    public struct BuildError: Error, CustomStringConvertible {
        public let description: String
    }

    /// The root of the package.
    public static let packageDirectory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// What was built in this process already, by its arguments: many tests want the same.
    private static let built = Monitor<[[String]: [UInt8]]>([:])

    /// - Parameters:
    ///   - source: path of the `.c`, `.cpp` or `.swift` file, from the package's root or absolute.
    ///   - defines: macros with their values, as C tokens; see `string(_:)`. Not for Swift.
    ///   - output: path of the shared object.
    public static func build(_ source: String, defines: [String: String] = [:], to output: String) throws {
        let source = source.hasPrefix("/") ? source : packageDirectory + "/" + source
        let headers = ["-I", packageDirectory + "/Sources/CTessera/include"]
        let macros = defines.sorted { $0.key < $1.key }.map { "-D\($0.key)=\($0.value)" }
        let common =
            ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-shared", "-fPIC", "-fvisibility=hidden"]
            + ["-pthread"] + headers + macros + [source]
        let command =
            if source.hasSuffix(".swift") {
                ["swiftc", "-O", "-emit-library", "-module-name", "Plugin"] + headers + [source]
            } else if source.hasSuffix(".cpp") {
                ["c++", "-std=c++17"] + common
            } else {
                ["cc", "-std=c11"] + common
            }
        if let bytes = built.withLock({ $0[command] }) {
            return try Data(bytes).write(to: URL(fileURLWithPath: output))
        }
        try compile(command + ["-o", output])
        let bytes = try Files.read(output)
        built.withLock { $0[command] = bytes }
    }

    private static func compile(_ command: [String]) throws {
        let folder = try TemporaryDirectory()
        let errors = folder.path + "/errors"
        let compiler = try ChildProcess.spawn(["/usr/bin/env"] + command, output: "/dev/null", errors: errors)
        guard ChildProcess.wait(compiler) == 0 else {
            throw BuildError(description: String(decoding: try Files.read(errors), as: UTF8.self))
        }
    }

    /// A C string literal.
    public static func string(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }
}
