import CTessera
import TesseraPluginKit

private let plugin = Plugin(id: "dev.tessera.split", version: "1.0.0", tiles: [SplitTile.self])

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
