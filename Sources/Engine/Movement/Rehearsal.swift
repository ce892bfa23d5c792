import CTessera
import Platform
import PluginHost

/// What makes a run a rehearsal: what tiles would do to the world they record instead, and somebody looks on.
struct Rehearsal {
    let witness: any MoveWitness
    /// Calls have their deadlines in the host's time, whatever time the journey has come to.
    let clock: any Clock
    /// Have tiles without side effects say why they decide as they do. It costs a text a member and tile.
    let explains: Bool

    /// Whether a call of the type does nothing that the world would notice.
    static func mayCall(_ type: TileTypeInfo) -> Bool { !type.sideEffects || type.supportsDryRun }

    func isDry(_ type: TileTypeInfo) -> Bool { type.supportsDryRun && (type.sideEffects || explains) }

    /// In place of a call that must not be made.
    static func assumeFirstBranch(rows: Int, _ sink: OutcomeBuffer) {
        let outcomes = (0..<rows).map { row in
            tessera_outcome(
                row: UInt32(row), kind: UInt8(TESSERA_ADVANCE), flags: 0, branch: 0, time_us: 0, error: nil)
        }
        outcomes.withUnsafeBufferPointer { sink.report($0) }
        sink.done(.finished)
    }
}

/// Sees members move. Called on the thread of the run, after what it is told of has been noted in the cargo.
protocol MoveWitness: AnyObject {
    /// Members have come to a tile.
    func arrived(_ cargo: Cargo, _ rows: [Int32], at tile: Int, now: Int64)
    /// A tile has recorded something of a member: what it would send, or why it decides as it does.
    func recorded(_ cargo: Cargo, _ row: Int32, at station: Station, json: [UInt8])
    /// Members leave a tile. What comes next is told by `arrived` or `stopped`.
    /// - Parameter isDelivery: the tile has done to the world what it is there for.
    func left(
        _ cargo: Cargo, _ rows: [Int32], from station: Station, branch: Int, isDelivery: Bool, now: Int64)
    /// A member stays where it is, or is out: the cargo says which.
    func stopped(_ cargo: Cargo, _ row: Int32, now: Int64)
}
