import CTessera
import Foundation
import Journeys
import Testing
import TesseraTestKit

/// What every shipped plugin must have, whatever it does.
@Suite struct PluginShapeTests {
    static let names = ["Entry", "Wait", "Filter", "Split", "Exit", "Webhook"]

    @Test(arguments: names) func exportsOneSymbol(name: String) throws {
        let output = try Command.succeed("nm", ["-D", "--defined-only", PluginLibrary.shippedPath(name)])
        let symbols = output.split(separator: "\n").map { $0.split(separator: " ").last.map(String.init) }
        #expect(symbols == ["tessera_plugin_v1"])
    }

    @Test(arguments: names) func staysMapped(name: String) throws {
        let output = try Command.succeed("readelf", ["-d", PluginLibrary.shippedPath(name)])
        #expect(output.contains("NODELETE"))
        #expect(!output.contains("libcurl"))
    }

    @Test(arguments: names) func tellsItsTable(name: String) throws {
        let library = try PluginLibrary.shipped(name)
        let plugin = library.plugin.pointee
        #expect(plugin.size == UInt32(MemoryLayout<tessera_plugin>.size))
        #expect(plugin.abi_minor == UInt32(TESSERA_ABI_MINOR))
        #expect(library.id == "dev.tessera.\(name.lowercased())")
        #expect(String(cString: plugin.version) == "1.0.0")
        #expect(String(cString: plugin.toolchain).hasPrefix("swift-6."))
        #expect(library.interface("com.example.nothing/1", as: Int.self) == nil)
        #expect((library.tiles == nil) != (library.connectors == nil))
    }

    @Test(arguments: names) func examplesOfItsSchemaOpen(name: String) throws {
        let library = try PluginLibrary.shipped(name)
        let id = name.lowercased()
        let schemaText =
            library.tiles?.pointee.types[0]?.pointee.config_schema
            ?? library.connectors?.pointee.types[0]?.pointee.config_schema
        let schema = try JSON.parse(String(cString: try #require(schemaText)))
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        let examples = try #require(schema["examples"]?.arrayValue)
        #expect(!examples.isEmpty)
        for example in examples {
            if library.tiles != nil {
                _ = try TestTile(library, id, config: example.text)
            } else {
                _ = try TestConnector(library, id, config: example.text)
            }
        }
    }

    @Test(arguments: names) func refusesWhatIsNoConfig(name: String) throws {
        let library = try PluginLibrary.shipped(name)
        let deep = String(repeating: "[", count: 100_000)
        for config in ["{", "[]", "3", "{\"a\": }", "\u{1}", deep] {
            let problems =
                library.tiles != nil
                ? try TestTile.problems(library, name.lowercased(), config: config)
                : try TestConnector.problems(library, name.lowercased(), config: config)
            #expect(problems.pointers == [""], "\(config.prefix(20))")
            #expect(problems.messages[0].contains("config"))
        }
    }

    @Test(arguments: ["Entry", "Exit", "Wait", "Split", "Webhook"]) func refusesUnknownFields(name: String) throws {
        let library = try PluginLibrary.shipped(name)
        let config = #"{"colour/~": 1}"#
        let problems =
            library.tiles != nil
            ? try TestTile.problems(library, name.lowercased(), config: config)
            : try TestConnector.problems(library, name.lowercased(), config: config)
        let problem = try #require(problems.problems.last)
        #expect(problem.pointer == "/colour~1~0")
        #expect(problem.message.hasPrefix("unknown field 'colour/~'"))
    }

    @Test func refusesAHostThatIsTooOld() throws {
        let plugin = try PluginLibrary.shipped("Entry").plugin.pointee
        var host = tessera_host()
        host.size = 8
        #expect(plugin.start(&host) != 0)
    }
}
