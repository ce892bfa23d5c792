import CTessera
import Journeys
import Platform

/// A tile type opened with a config. Immutable: it keeps nothing per journey, run or member, so that one serves them all.
/// The plugin's `close` is called, on a thread of the host, once nobody holds it any more and no call is under way. Any
/// thread.
///
/// Sendable without a check: the plugin's instance is used as the type's flags allow.
public final class TileInstance: @unchecked Sendable {
    public let type: TileTypeInfo
    /// What edges bind to, in the order that outcomes count in; `failed` last for a type with side effects.
    public let branches: [String]
    /// The columns that `run` wants, reserved ones (`$member` …) too, in order.
    public let columns: [String]
    /// As the journey's graph takes it.
    public var shape: TileShape { TileShape(role: type.role, branches: branches, sideEffects: type.sideEffects) }
    /// The plugin's generation: 1, 2 … per plugin id.
    public var generation: Int { type.generation }

    /// Set while its plugin is stopped: calls come back with nothing done.
    public var quarantine: PluginQuarantine? {
        owner.quarantineReason.map { PluginQuarantine(pluginID: type.pluginID, reason: $0) }
    }

    let owner: PluginGeneration
    let table: UnsafePointer<tessera_tile_type>
    let raw: UnsafeMutableRawPointer?
    let runTable: TileRun
    let slots: CallSlots
    let turn = Monitor(())

    typealias TileRun =
        @convention(c) (
            UnsafePointer<tessera_tile_type>?, UnsafeMutableRawPointer?, UnsafePointer<ArrowSchema>?,
            UnsafePointer<ArrowArray>?, UnsafePointer<tessera_call>?
        ) -> Int32

    init(
        type: TileTypeInfo, branches: [String], columns: [String], owner: PluginGeneration,
        table: UnsafePointer<tessera_tile_type>, raw: UnsafeMutableRawPointer?, run: @escaping TileRun
    ) {
        self.type = type
        self.branches = branches
        self.columns = columns
        self.owner = owner
        self.table = table
        self.raw = raw
        runTable = run
        slots = CallSlots(isAsync: type.isAsync, generation: owner)
    }

    deinit {
        let closing = Closing(owner: owner, table: table, raw: raw, slots: slots)
        owner.environment.reaper.after { closing.run() }
    }

    /// What is left to do when the last user has gone. Keeps the call memory until after `close`.
    private struct Closing: @unchecked Sendable {
        let owner: PluginGeneration
        let table: UnsafePointer<tessera_tile_type>
        let raw: UnsafeMutableRawPointer?
        let slots: CallSlots

        func run() {
            owner.closing { owner.image.tiles?.pointee.close?(table, raw) }
            withExtendedLifetime(slots) {}
        }
    }
}
