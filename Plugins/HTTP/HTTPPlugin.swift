import CTessera
import TesseraPluginKit

private let plugin = Plugin(id: "dev.tessera.http", version: "1.0.0", connectors: [HTTPConnector.self])

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
