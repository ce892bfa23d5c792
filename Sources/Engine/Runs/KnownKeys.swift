import Platform
import Store

/// The members' side of the merge where nobody enters twice: all their keys in order, read ahead of the model's batches on a
/// thread of its own, so that the two sides are read at the same time.
///
/// What is read ahead stays true: of one journey only its run lets members in, each behind the keys that it has passed, and no
/// key goes away while it runs. Belongs to the thread of its run, but for the reading.
final class KnownKeys {
    private struct State: Sendable {
        var pages: [MemberRows] = []
        var spare: [MemberRows] = []
        var failure: (any Error)?
        var isAtEnd = false
        var isClosed = false
    }

    private let state = Monitor(State())
    private let thread: NativeThread
    private var page: MemberRows?
    private var next = 0
    private var isAtEnd = false
    private static let pageRows = 8192
    private static let pagesAhead = 2

    /// - Parameter first: the keys before it are not read.
    init(store: MemberStore, journey: Int32, from first: [UInt8]) {
        thread = NativeThread(name: "run-keys", stackSize: 1 << 20) { [state] in
            KnownKeys.read(store, journey, first, state)
        }
        if !thread.isRunning { state.update { $0.failure = RunFailure("the system has no thread for this run") } }
    }

    /// Ends the reading.
    func close() {
        state.update { $0.isClosed = true }
        if thread.isRunning { thread.join() }
    }

    /// Whether a member has that key. Ask in key order only.
    func contains(_ key: UnsafeRawBufferPointer) throws -> Bool {
        while true {
            if let page {
                while next < page.count {
                    let order = MemberRows.compare(page.key(next), key)
                    if order == 0 { return true }
                    if order > 0 { return false }
                    next += 1
                }
            }
            if isAtEnd { return false }
            try turn()
        }
    }

    private func turn() throws {
        if let passed = page { state.withLock { $0.spare.append(passed) } }
        (page, next) = (nil, 0)
        page = try state.wait { state -> Result<MemberRows?, any Error>? in
            if let failure = state.failure { return .failure(failure) }
            if !state.pages.isEmpty { return .success(state.pages.removeFirst()) }
            return state.isAtEnd ? .success(nil) : nil
        }.get()
        isAtEnd = page == nil
        // There is room for one more.
        state.wake()
    }

    private enum Order { case stop, read(reusing: MemberRows?) }

    private static func order(_ state: inout State) -> Order? {
        if state.isClosed { return .stop }
        return state.pages.count < pagesAhead ? .read(reusing: state.spare.popLast()) : nil
    }

    private static func read(_ store: MemberStore, _ journey: Int32, _ first: [UInt8], _ state: Monitor<State>) {
        var (from, excludesFirst) = (first, false)
        while case .read(let reused) = state.wait(until: order) {
            do {
                let rows = try store.keys(
                    journey, from: from, excludingFirst: excludesFirst, limit: pageRows, reusing: reused)
                let isLast = rows.count < pageRows
                if !isLast { (from, excludesFirst) = (rows.keyBytes(rows.count - 1), true) }
                state.update { state in
                    if !rows.isEmpty { state.pages.append(rows) }
                    state.isAtEnd = isLast
                }
                if isLast { return }
            } catch {
                return state.update { $0.failure = error }
            }
        }
    }
}
