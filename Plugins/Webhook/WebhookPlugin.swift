import CTessera
import TesseraPluginKit

private let plugin = Plugin(id: "dev.tessera.webhook", version: "1.0.0", connectors: [WebhookConnector.self])

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
