import Journeys

extension PluginInfo {
    /// As the API shows it.
    public var json: JSON {
        [
            "id": .string(id), "version": .string(version), "state": .string(state.rawValue),
            "reason": .string(reason), "sha256": .string(sha256), "toolchain": .string(toolchain),
            "path": .string(path), "isolation": .string(isolation), "locked": .bool(isLocked),
            "secrets": .bool(grantsSecrets), "generation": .integer(Int64(generation)),
            "loaded_at": .string(Timestamp.api(loadedAt)), "tile_types": .array(tileTypes.map { .string($0) }),
            "connector_types": .array(connectorTypes.map { .string($0) }), "figures": figures.json,
            "generations": .array(generations.map(\.json)),
        ]
    }
}

extension PluginInfo.Generation {
    var json: JSON {
        [
            "number": .integer(Int64(number)), "sha256": .string(sha256), "version": .string(version),
            "state": .string(state.rawValue), "reason": .string(reason), "isolation": .string(isolation),
            "loaded_at": .string(Timestamp.api(loadedAt)), "live": .bool(isLive), "figures": figures.json,
        ]
    }
}

extension PluginInfo.Figures {
    var json: JSON {
        [
            "calls": .integer(Int64(calls)), "rows": .integer(Int64(rows)), "failures": .integer(Int64(failures)),
            "timeouts": .integer(Int64(timeouts)), "dropped_outcomes": .integer(Int64(dropped)),
            "late_reports": .integer(Int64(late)), "instances": .integer(Int64(instances)),
            "time_us": .integer(Int64(timeUs)), "restarts": .integer(Int64(restarts)),
            "quarantines": .integer(Int64(quarantines)),
        ]
    }
}
