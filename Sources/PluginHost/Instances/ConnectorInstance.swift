import CTessera

/// A connector type opened with a destination's config. Its functions are called by whoever delivers (the transport), not
/// here: it hands out its C parts. The plugin's `close` is called, on a thread of the host, once nobody holds it any more.
///
/// Sendable without a check: what it points to is static, or the plugin's own to guard.
public final class ConnectorInstance: @unchecked Sendable {
    public let type: ConnectorTypeInfo
    /// The destination's fields; empty: any field is taken.
    public let columns: [String]
    /// The tokens issued to this instance. For the transport only.
    public let secrets: [IssuedSecret]
    /// `https://host:port` each: where the secrets may go.
    public let origins: [String]
    public var generation: Int { type.generation }

    /// Set while its plugin is stopped: it is not to be delivered over.
    public var quarantine: PluginQuarantine? {
        owner.quarantineReason.map { PluginQuarantine(pluginID: type.pluginID, reason: $0) }
    }

    /// Static tables of the plugin and its instance, valid while this object lives.
    public let interface: UnsafePointer<tessera_connector_interface>
    public let table: UnsafePointer<tessera_connector_type>
    public let raw: UnsafeMutableRawPointer?
    let owner: PluginGeneration

    init(
        type: ConnectorTypeInfo, columns: [String], secrets: [IssuedSecret], origins: [String], owner: PluginGeneration,
        interface: UnsafePointer<tessera_connector_interface>, table: UnsafePointer<tessera_connector_type>,
        raw: UnsafeMutableRawPointer?
    ) {
        self.type = type
        self.columns = columns
        self.secrets = secrets
        self.origins = origins
        self.owner = owner
        self.interface = interface
        self.table = table
        self.raw = raw
    }

    deinit {
        let closing = Closing(owner: owner, interface: interface, table: table, raw: raw)
        owner.environment.reaper.after { closing.run() }
    }

    private struct Closing: @unchecked Sendable {
        let owner: PluginGeneration
        let interface: UnsafePointer<tessera_connector_interface>
        let table: UnsafePointer<tessera_connector_type>
        let raw: UnsafeMutableRawPointer?

        func run() { owner.closing { interface.pointee.close?(table, raw) } }
    }
}
