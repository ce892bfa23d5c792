import CTessera
import TesseraPluginKit

private let plugin = Plugin(id: "com.example.recency", version: "1.0.0", tiles: [RecencyTile.self])

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
