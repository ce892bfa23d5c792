import Foundation
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

    @Test(arguments: ["weekend", "late"])
    func examplesAreGood(_ name: String) throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/\(name).so"
        try CPlugin.build("Plugins/Examples/\(name)/\(name).c", to: path)
        let report = try PluginCheck(program: BuiltProducts.pluginHost, file: path, only: Self.sections).run()
        #expect(report.isGood, "\(report.text)")
        #expect(report.count(.warning) <= 1, "\(report.text)")
    }
}
