import CTessera
import TesseraPluginKit

private let plugin = Plugin(id: "dev.tessera.slack", version: "1.0.0", connectors: [SlackConnector.self])

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
