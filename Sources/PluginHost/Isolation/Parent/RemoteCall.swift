import CTessera
import Platform
import Synchronization

/// One `run` that a child works on: hands what comes back to the gateway's call, and knows which rows that decided.
///
/// Sendable without a check: the call's memory outlives it, and rows are marked under the lock.
final class RemoteCall: @unchecked Sendable {
    let id: UInt64
    let isAsync: Bool
    /// The call itself, and no repeat of a hunt's.
    let isPrimary: Bool
    /// The gateway's call.
    let call: UnsafePointer<tessera_call>
    /// The whole call that it is a part of.
    let target: TileTarget
    /// The rows of the call that the child's rows stand for, in order.
    let rows: RowSelection
    /// Told when an ASYNC call has ended in this process: by itself (nil) or with it.
    private let ended = Monitor<Ending?>(nil)
    private let users = Monitor((count: 0, isOver: false))
    private let returned = Atomic<Bool>(false)
    /// The child's `run` has returned: the call is ASYNC and goes on.
    var isReturned: Bool {
        get { returned.load(ordering: .relaxed) }
        set { returned.store(newValue, ordering: .relaxed) }
    }

    enum Ending: Sendable { case done, gone(ProcessGone) }

    init(id: UInt64, target: TileTarget, rows: RowSelection, isPrimary: Bool) {
        self.id = id
        self.isPrimary = isPrimary
        self.target = target
        self.rows = rows
        isAsync = target.isAsync
        call = target.call
    }

    /// Uses the gateway's call while it is not over; nil after that. Whoever ends it waits.
    func use<Result>(_ body: (UnsafePointer<tessera_call>) -> Result) -> Result? {
        guard
            users.withLock({ users -> Bool in
                if users.isOver { return false }
                users.count += 1
                return true
            })
        else { return nil }
        defer { users.update { $0.count -= 1 } }
        return body(call)
    }

    /// From now on nothing reaches the gateway's call.
    func close() {
        users.withLock { $0.isOver = true }
        users.wait { $0.count == 0 ? () : nil }
    }

    /// Outcomes in a frame: with errors, or of an ASYNC call.
    func hearOutcomes(_ body: inout WireReader) throws(WireError) {
        try OutcomeWire.read(&body) { outcomes in take(outcomes) }
    }

    /// Outcomes as the child wrote them. Rows that there are not are left out; the call counts what else is wrong.
    func take(_ outcomes: UnsafeMutableBufferPointer<tessera_outcome>) {
        guard !outcomes.isEmpty else { return }
        _ = use { call in
            rows.map(outcomes)
            target.mark(outcomes)
            call.pointee.report?(call, outcomes.baseAddress, outcomes.count)
        }
    }

    func hearRecord(_ body: inout WireReader) throws(WireError) {
        let row = try body.integer(UInt32.self)
        let json = try body.lent()
        guard let row = rows[row] else { return }
        _ = use { call in call.pointee.record?(call, row, json) }
    }

    /// The child has called `done`.
    func finish() {
        close()
        ended.update { $0 = .done }
        if isPrimary { target.finish() }
    }

    /// The process has ended before that.
    func abandon(_ gone: ProcessGone) {
        close()
        ended.update { $0 = .gone(gone) }
    }

    /// Waits for one of both; nil when the gateway's call is over before that.
    func waitForEnd() -> Ending? {
        while true {
            if let ending = ended.wait(microseconds: 100_000, until: { $0 }) { return ending }
            if target.isOver { return nil }
        }
    }
}

/// Which rows of a call a child was given.
enum RowSelection: Sendable {
    case all(Int)
    case some([UInt32])

    /// The call's row for one of the child's; nil when there is no such row.
    subscript(row: UInt32) -> UInt32? {
        switch self {
        case .all(let count): Int(row) < count ? row : nil
        case .some(let rows): Int(row) < rows.count ? rows[Int(row)] : nil
        }
    }

    /// Puts the call's rows in place of the child's. One that there is not becomes one that the call refuses and counts.
    func map(_ outcomes: UnsafeMutableBufferPointer<tessera_outcome>) {
        guard case .some = self else { return }
        for index in outcomes.indices { outcomes[index].row = self[outcomes[index].row] ?? .max }
    }
}
