import Foundation
import Platform
import PluginHost
import TestSupport
import Testing

/// What we ship keeps our own rules.
struct ShippedCheckTests {
    /// Speed is measured elsewhere.
    private static let sections: Set<String> = [
        "open", "run", "threads", "build", "classify", "memory", "bare", "life",
    ]

    @Test(arguments: BuiltProducts.plugins)
    func shippedPluginsAreGood(_ name: String) throws {
        let report = try PluginCheck(
            program: BuiltProducts.pluginHost, file: BuiltProducts.plugin(name), only: Self.sections
        ).run()
        #expect(report.isGood, "\(report.text)")
        #expect(report.count(.passed) > 20)
        #expect(report.id == "dev.tessera.\(name.lowercased())")
    }

    /// As their Makefiles build them. A language whose compiler is not here is left out.
    @Test(arguments: try Files.list(CPlugin.packageDirectory + "/Plugins/Examples"))
    func examplesAreGood(_ name: String) throws {
        let source = "\(CPlugin.packageDirectory)/Plugins/Examples/\(name)"
        if Files.exists("\(source)/\(name).rs"), try run("rustc", ["--version"]) != 0 { return }
        let directory = try TemporaryDirectory()
        try #require(try run("make", ["-C", source, "OUT=\(directory.path)"]) == 0)
        let report = try PluginCheck(
            program: BuiltProducts.pluginHost, file: "\(directory.path)/\(name).so", only: Self.sections
        ).run()
        #expect(report.isGood && report.count(.warning) == 0, "\(report.text)")
    }

    private func run(_ program: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
