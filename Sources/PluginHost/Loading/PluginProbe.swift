import CTessera
import Columns
import Glibc
import Journeys
import Platform

/// Checks a plugin file by using it: for a throw-away process, since the file may do anything. `tessera-plugin-host probe FILE`
/// prints what `run` gives and leaves with `_exit(0)`; the plugin's threads end with it.
public enum PluginProbe {
    /// Maps the file, checks its tables, starts it with host services that refuse everything, opens each type's first
    /// example and lets tiles run an empty and a small batch (those with side effects in a dry run, or not at all).
    ///
    /// - Parameter sampleTimeoutUs: how long an ASYNC tile may take to call `done` for a sample batch.
    public static func run(_ path: String, sampleTimeoutUs: Int64 = 3_000_000) -> ProbeReport {
        var report = ProbeReport()
        do throws(Refusal) {
            let image = try PluginImage(path: path)
            report.id = image.id
            report.version = image.version
            report.toolchain = image.toolchain
            report.tileTypes = image.tileTypes.map(\.id)
            report.connectorTypes = image.connectorTypes.map(\.id)
            try use(image, path, sampleTimeoutUs, &report.warnings)
        } catch {
            report.reason = error.reason
            report.isLasting = error.isLasting
        }
        return report
    }

    private static func use(
        _ image: PluginImage, _ path: String, _ sampleTimeoutUs: Int64, _ warnings: inout [String]
    ) throws(Refusal) {
        let services = ProbeServices()
        let clock = SystemClock()
        let environment = HostEnvironment(
            version: "probe", clock: clock, log: Log(level: .error, clock: clock), service: services.table)
        let generation = PluginGeneration(
            image: image, number: 1, sha256: "", path: path, loadedAt: clock.now(), environment: environment)
        try generation.start()
        for type in image.tileTypes { try use(type, generation, sampleTimeoutUs, &warnings) }
        for type in image.connectorTypes { try use(type, generation) }
        withExtendedLifetime(services) {}
    }

    private static func use(
        _ type: PluginImage.TileType, _ generation: PluginGeneration, _ sampleTimeoutUs: Int64,
        _ warnings: inout [String]
    ) throws(Refusal) {
        guard let example = type.schema["examples"]?[0] else { return }
        let info = TileTypeInfo(type, of: generation.image, generation: 1)
        let instance: TileInstance
        do throws(OpenFailure) {
            // The engine takes its own fields out before `open`.
            instance = try generation.openTile(
                type, info: info, config: info.withoutEngineFields(example), schema: nil, workspaceID: "",
                journeyID: "")
        } catch {
            throw Refusal("the first example of tile type '\(type.id)' does not open: \(error)")
        }
        guard !info.sideEffects || info.supportsDryRun else { return }
        for rows in [0, 3] {
            let clock = generation.environment.clock
            let now = clock.now()
            let sink = SampleSink()
            instance.run(
                SampleBatch.make(columns: instance.columns, rows: rows, now: now),
                CallContext(
                    workspaceID: "", journeyID: "", runID: "", tileID: "", nowUs: now, runAtUs: now,
                    deadlineUs: now + sampleTimeoutUs, dryRun: info.supportsDryRun),
                sink: sink)
            // That it fails on rows whose types the host made up says nothing; that it does not end does.
            if sink.wait() == .timedOut {
                warnings.append("tile type '\(type.id)' did not end a sample batch of \(rows) rows")
                return
            }
        }
    }

    private static func use(_ type: PluginImage.ConnectorType, _ generation: PluginGeneration) throws(Refusal) {
        guard let example = type.schema["examples"]?[0] else { return }
        do throws(OpenFailure) {
            _ = try generation.openConnector(
                type, info: ConnectorTypeInfo(type, of: generation.image, generation: 1),
                config: TokenConfig(example, marks: type.marks), workspaceID: "", destinationID: "")
        } catch {
            throw Refusal("the first example of connector '\(type.id)' does not open: \(error)")
        }
    }
}

/// Waits for the end of a sample call.
private final class SampleSink: OutcomeSink {
    private let end = Monitor<CallEnd?>(nil)

    func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
        // Errors are read as the engine reads them, so that a bad pointer shows here.
        for outcome in outcomes { _ = OutcomeError(outcome.error) }
    }

    func done(_ end: CallEnd) { self.end.update { $0 = end } }

    func wait() -> CallEnd { end.wait { $0 } }
}
