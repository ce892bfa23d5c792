import Foundation
import Platform

/// Builds plugins in C at test time, as a third party would: `cc` and the two public headers.
public enum CPlugin {
    public struct BuildError: Error, CustomStringConvertible {
        public let description: String
    }

    /// The root of the package.
    public static let packageDirectory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// What was built in this process already, by its arguments: many tests want the same.
    private static let built = Monitor<[[String]: Data]>([:])

    /// - Parameters:
    ///   - source: path of the `.c` file, from the package's root.
    ///   - defines: macros with their values, as C tokens; see `string(_:)`.
    ///   - output: path of the shared object.
    public static func build(_ source: String, defines: [String: String] = [:], to output: String) throws {
        let arguments =
            ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-shared", "-fPIC"]
            + ["-fvisibility=hidden", "-pthread", "-I", packageDirectory + "/Sources/CTessera/include"]
            + defines.sorted { $0.key < $1.key }.map { "-D\($0.key)=\($0.value)" }
            + [source.hasPrefix("/") ? source : packageDirectory + "/" + source]
        let url = URL(fileURLWithPath: output)
        if let bytes = built.withLock({ $0[arguments] }) { return try bytes.write(to: url) }
        try compile(arguments + ["-o", output])
        let bytes = try Data(contentsOf: url)
        built.withLock { $0[arguments] = bytes }
    }

    private static func compile(_ arguments: [String]) throws {
        let compiler = Process()
        let errors = Pipe()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/cc")
        compiler.arguments = arguments
        compiler.standardError = errors
        try compiler.run()
        let complaints = errors.fileHandleForReading.readDataToEndOfFile()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else {
            throw BuildError(description: String(decoding: complaints, as: UTF8.self))
        }
    }

    /// A C string literal.
    public static func string(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }
}
