import Journeys
import PluginHost

/// Plugins, for operators.
enum PluginSchemas {
    static let all: [String: Schema] = [
        "Plugin": .object([
            "id": .string(example: "dev.tessera.wait"), "version": .string(example: "1.0.0"), "state": state,
            "reason": .string("Why it was refused or quarantined; else empty."), "sha256": .string(),
            "toolchain": .string(), "path": .string(), "isolation": .string(example: "inproc"),
            "locked": Schema.boolean.described("Whether a lock file names its content."),
            "secrets": Schema.boolean.described("Whether it may see secrets."), "generation": .integer(),
            "loaded_at": .time, "tile_types": .array(of: .string(example: "wait")),
            "connector_types": .array(of: .string(example: "webhook")), "figures": .ref("PluginFigures"),
            "generations": .array(of: .ref("PluginGeneration")),
        ]),
        "PluginGeneration": .object([
            "number": .integer(), "sha256": .string(), "version": .string(), "state": state, "reason": .string(),
            "isolation": .string(), "loaded_at": .time, "live": Schema.boolean.described("Whether it is mapped still."),
            "figures": .ref("PluginFigures"),
        ]),
        "PluginFigures": .object([
            "calls": .count(), "rows": .count(), "failures": .count(), "timeouts": .count(),
            "dropped_outcomes": .count(), "late_reports": .count(), "instances": .count(), "time_us": .count(),
            "restarts": .count(), "quarantines": .count(),
        ]),
        "PluginFile": .input(
            [
                "file": .string(
                    "A file of a plugin directory.", 1...255, pattern: #"^[^./][^/]*\.so$"#, example: "wait.so")
            ], required: ["file"]
        ).example(["file": "wait.so"]),
        "PluginChoice": .input([
            "sha256": Schema.string("Null or left out: the one before.", 64...64, pattern: "^[0-9a-fA-F]{64}$").nullable
        ]).example([:]),
    ]

    private static let state = Schema.words(GenerationState.allCases.map(\.rawValue))
}
