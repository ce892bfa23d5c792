import CCurl
import CTessera
import TesseraPluginKit

/// The plugin that delivers: the `sync` tile, and the transport that `/destinations/test` probes with.
private let plugin = Plugin(
    id: "dev.tessera.sync", version: "1.0.0", tiles: [SyncTile.self],
    interfaces: [TESSERA_INTERFACE_TRANSPORT: Probe.interface],
    start: {
        guard curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK else {
            throw TransportError("libcurl could not be initialised: check that the installed libcurl4 is whole")
        }
    },
    retire: { Transport.shared.stop() })

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
