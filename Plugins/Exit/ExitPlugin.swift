import CTessera
import TesseraPluginKit

private let plugin = Plugin(id: "dev.tessera.exit", version: "1.0.0", tiles: [ExitTile.self])

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
