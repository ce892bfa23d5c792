import Journeys

/// What a probe found out about a file.
public struct ProbeReport: Sendable, Hashable {
    /// Empty when the file was refused before its id was known.
    public var id: String
    public var version: String
    public var toolchain: String
    public var tileTypes: [String]
    public var connectorTypes: [String]
    /// Why the file can't be used; nil when it can.
    public var reason: String?
    /// Whether the content is to blame for that.
    public var isLasting: Bool
    /// What looks wrong but does not forbid the plugin.
    public var warnings: [String]

    public init(
        id: String = "", version: String = "", toolchain: String = "", tileTypes: [String] = [],
        connectorTypes: [String] = [], reason: String? = nil, isLasting: Bool = true, warnings: [String] = []
    ) {
        self.id = id
        self.version = version
        self.toolchain = toolchain
        self.tileTypes = tileTypes
        self.connectorTypes = connectorTypes
        self.reason = reason
        self.isLasting = isLasting
        self.warnings = warnings
    }

    var refusal: Refusal? { reason.map { Refusal($0, isLasting: isLasting) } }
}

extension ProbeReport {
    /// What `tessera-plugin-host probe` prints.
    public var json: JSON {
        [
            "ok": .bool(reason == nil), "reason": reason.map { .string($0) } ?? .null, "lasting": .bool(isLasting),
            "id": .string(id), "version": .string(version), "toolchain": .string(toolchain),
            "tile_types": .array(tileTypes.map { .string($0) }),
            "connector_types": .array(connectorTypes.map { .string($0) }),
            "warnings": .array(warnings.map { .string($0) }),
        ]
    }

    /// Reads what `json` wrote; nil when it is something else.
    init?(json: JSON) {
        guard let ok = json["ok"]?.boolValue, let id = json["id"]?.stringValue,
            let version = json["version"]?.stringValue
        else { return nil }
        let reason = json["reason"]?.stringValue
        guard ok == (reason == nil), !ok || TableCheck.isPluginID(id) else { return nil }
        func texts(_ key: String) -> [String] { (json[key]?.arrayValue ?? []).compactMap(\.stringValue) }
        self.init(
            id: id, version: version, toolchain: json["toolchain"]?.stringValue ?? "", tileTypes: texts("tile_types"),
            connectorTypes: texts("connector_types"), reason: reason, isLasting: json["lasting"]?.boolValue ?? true,
            warnings: texts("warnings"))
    }
}
