import CTessera
import CTesseraTest
import TestSupport
import TesseraTestKit
import Testing

/// What the package builds, and where.
extension PluginLibrary {
    static let buildDirectory = BuiltProducts.directory
    static let packageDirectory = CPlugin.packageDirectory

    /// A plugin that the package builds: "Wait".
    static func shipped(_ name: String) throws -> PluginLibrary { try load(shippedPath(name)) }

    static func shippedPath(_ name: String) -> String { BuiltProducts.plugin(name) }
}

extension TestTile {
    /// The problems of a config that must be refused.
    static func problems(
        _ library: PluginLibrary, _ id: String, config: String, schema: TestBatch? = nil
    ) throws -> OpenProblems {
        try #require(refusal(library, id, config: config, schema: schema), "it opened")
    }
}

extension TestConnector {
    /// The problems of a config that must be refused.
    static func problems(_ library: PluginLibrary, _ id: String, config: String) throws -> OpenProblems {
        try #require(refusal(library, id, config: config), "it opened")
    }
}

/// A copy of borrowed text.
func text(_ text: tessera_str) -> String {
    guard let data = text.data else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: data, count: text.length), as: UTF8.self)
}

/// Lends a String as borrowed text.
func withText<Result>(_ string: String, _ body: (tessera_str) throws -> Result) rethrows -> Result {
    var string = string
    return try string.withUTF8 { bytes in
        try bytes.withMemoryRebound(to: CChar.self) {
            try body(tessera_str(data: $0.baseAddress, length: $0.count))
        }
    }
}
