import Foundation
import Testing
import TesseraTestKit

/// libcurl belongs to the sync plugin, which exports one symbol and stays mapped.
@Suite struct SyncLinkTests {
    @Test func onlySyncLinksLibcurl() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: PluginLibrary.buildDirectory)
        let products = names.filter { $0.hasSuffix("Plugin.so") || $0 == "tessera" || $0 == "tessera-plugin-host" }
        #expect(products.contains("libSyncPlugin.so") && products.contains("tessera"))
        for name in products {
            let needed = try Command.succeed("readelf", ["-d", "\(PluginLibrary.buildDirectory)/\(name)"])
            #expect(needed.contains("[libcurl") == (name == "libSyncPlugin.so"), "\(name)")
        }
    }

    @Test func exportsOneSymbolAndStaysMapped() throws {
        let path = PluginLibrary.shippedPath("Sync")
        let output = try Command.succeed("nm", ["-D", "--defined-only", path])
        let symbols = output.split(separator: "\n").map { $0.split(separator: " ").last.map(String.init) }
        #expect(symbols == ["tessera_plugin_v1"])
        #expect(try Command.succeed("readelf", ["-d", path]).contains("NODELETE"))
    }

    /// Loaded, started, used, retired: the thread has ended and nothing is left to be called.
    @Test func retires() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: PluginLibrary.shippedPath("Sync"), toPath: folder.path + "/retired.so")
        let library = try PluginLibrary.load(folder.path + "/retired.so")
        #expect(library.id == "dev.tessera.sync")
        let call = CallRecorder(now: library.host.now)
        do {
            let mapping = #"[{"source_column": "name", "destination_field": "Name"}]"#
            let config = #"{"destination_id": "0a000000-0000-4000-8000-00000000dead", "field_mapping": \#(mapping)}"#
            let tile = try TestTile(library, "sync", config: config)
            try #require(tile.run(try SyncRig.batch(2), call) == 0)
            call.waitForDone()
        }
        #expect(call.outcomes(rows: 2) == Array(repeating: .retry(at: 0, notAttempted: false), count: 2))
        #expect(call.error(row: 0)?.message.contains("offers no destinations") == true)
        library.plugin.pointee.retire()
    }
}
