import Platform
import Store

/// Writes a run's commits, each until it is written: a full disk is no reason to forget whom outcomes came for. Meanwhile the
/// journey says why it stands still. On the run's thread, or on the one that writes behind it.
struct PatientWriter: Sendable {
    let store: MemberStore
    let clock: any Clock
    let control: RunControl
    /// Told why nothing can be written, and nil once it can be again.
    let standsStill: @Sendable (String?) -> Void

    /// Microseconds between the first attempts, and between later ones.
    private static let pauses: (first: Int64, longest: Int64) = (1_000_000, 10_000_000)

    /// - Throws: `Unwritten` for what does not pass by itself, and when the run is told to stop.
    func write(_ commit: MemberCommit, _ durability: MemberCommit.Durability) throws(Unwritten) {
        var pause: Int64?
        while true {
            do {
                try store.commit(commit, durability: durability)
                if pause != nil { standsStill(nil) }
                return
            } catch let error as StoreError where error.passes && control.stop == nil {
                standsStill("\(error)")
                let next = pause.map { min(2 * $0, Self.pauses.longest) } ?? Self.pauses.first
                pause = next
                let stopped: Bool? = clock.wait(on: control.state, deadline: clock.now() + next) {
                    $0.stop == nil ? nil : true
                }
                if stopped != nil { throw Unwritten(cause: error) }
            } catch {
                throw Unwritten(cause: error)
            }
        }
    }
}

/// A commit that was not written, and that the run can't wait for any longer. What the store knows is the last commit before
/// it: to write anything after it would leave a gap.
struct Unwritten: Error {
    var cause: any Error
}
