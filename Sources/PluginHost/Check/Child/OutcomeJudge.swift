import CTessera
import Journeys

/// Holds what a tile said in one call against the contract.
struct OutcomeJudge {
    let session: CheckSession
    let subject: TileSubject
    /// The call, for messages: "a batch of 7 rows with nulls in every column".
    let what: String

    /// - Parameter mayStop: the call was cancelled: rows may stay unreported.
    func judge(_ call: CheckCall, status: Int32, ended: Bool, mayStop: Bool = false) {
        let state = call.state.withLock { $0 }
        session.check(
            .runStatus, status == 0, "run returned \(status) for \(what): non-zero makes the rows unknown")
        judgeEnd(call, state, status, ended)
        var counts = [Int](repeating: 0, count: call.rows)
        for outcome in state.outcomes {
            guard Int(outcome.row) < call.rows else {
                session.check(
                    .rowRange, false,
                    "reported row \(outcome.row) of \(what): "
                        + (call.rows == 0 ? "it has no rows" : "rows are 0 to \(call.rows - 1)"))
                continue
            }
            counts[Int(outcome.row)] += 1
            judge(outcome, call)
        }
        if !state.outcomes.isEmpty { session.check(.rowRange, true, "") }
        let missing = counts.indices.filter { counts[$0] == 0 }
        if status == 0, ended, !mayStop {
            session.check(
                .rowsReported, missing.isEmpty,
                "\(missing.count) rows of \(what) were not reported, the first is row \(missing.first ?? 0): they are "
                    + "unknown and would come again without end")
        }
        let repeated = counts.indices.filter { counts[$0] > 1 }
        session.check(
            .reportedOnce, repeated.isEmpty,
            "\(repeated.count) rows of \(what) were reported more than once, the first is row \(repeated.first ?? 0): "
                + "only the first report counts")
        judgeRecords(call, state)
    }

    private func judgeEnd(_ call: CheckCall, _ state: CheckCall.State, _ status: Int32, _ ended: Bool) {
        if call.isAsync {
            if status == 0 {
                session.check(.doneOnce, ended, "done was not called for \(what) before the deadline")
                session.check(.doneOnce, state.done <= 1, "done was called \(state.done) times for \(what)")
            } else {
                session.check(
                    .doneOnce, state.done == 0, "done was called for \(what) though run returned \(status)")
            }
        } else if state.done > 0 {
            session.check(
                .doneOnce, false, "done was called for \(what), but the type is not ASYNC: returning is done")
        }
        session.check(
            .reportAfterEnd, state.late == 0,
            "\(state.late) reports came for \(what) after the call had ended: they are ignored")
    }

    private func judge(_ outcome: CheckCall.Reported, _ call: CheckCall) {
        let place = "row \(outcome.row) of \(what)"
        switch outcome.kind {
        case TESSERA_ADVANCE:
            let count = subject.branches.count
            session.check(
                .branchRange, Int(outcome.branch) < count,
                "reported branch \(outcome.branch) for \(place): "
                    + (count == 0 ? "the type has none" : "there are 0 to \(count - 1)"))
        case TESSERA_WAIT:
            session.check(
                .outcomeTime, outcome.time > call.now,
                "reported a wait for \(place) until \(outcome.time), which is not after the call's now_us \(call.now)")
        case TESSERA_RETRY:
            session.check(
                .outcomeTime, outcome.time == 0 || outcome.time > call.now,
                "reported a retry for \(place) at \(outcome.time), which is not after the call's now_us \(call.now): 0 "
                    + "leaves it to the engine")
        case TESSERA_FAIL, TESSERA_COMPLETE: break
        default: session.check(.outcomeKind, false, "reported the unknown kind \(outcome.kind) for \(place)")
        }
        session.check(.outcomeKind, true, "")
        let notAttempted = outcome.flags == UInt8(TESSERA_OUTCOME_NOT_ATTEMPTED) && outcome.kind == TESSERA_RETRY
        session.check(
            .outcomeFlags, outcome.flags == 0 || notAttempted,
            "reported flags \(outcome.flags) for \(place): only NOT_ATTEMPTED exists, with RETRY")
        if outcome.hasError {
            session.check(
                .outcomeError, outcome.errorIsWhole,
                "the error of \(place) lies about its size: set it to sizeof(tessera_error)")
        }
        if outcome.kind == TESSERA_FAIL || outcome.kind == TESSERA_RETRY {
            session.check(
                .outcomeError, outcome.hasError, "a failure or retry of \(place) has no error: people want to know why")
            if outcome.hasError, outcome.errorIsWhole {
                session.check(
                    .outcomeError, Self.isCode(outcome.code),
                    "the error of \(place) has the code '\(outcome.code)': take one that tessera.h lists, or your own with "
                        + "a reverse-domain prefix")
            }
        }
    }

    private func judgeRecords(_ call: CheckCall, _ state: CheckCall.State) {
        for record in state.records {
            session.check(.dryRun, call.isDryRun, "record was called for \(what), which is no dry run")
            session.check(
                .dryRun, Int(record.row) < call.rows, "record was called for row \(record.row) of \(what)")
            session.check(
                .dryRun, (try? JSON.parse(record.json)) != nil,
                "record got a text that is no JSON for row \(record.row) of \(what)")
        }
        guard call.isDryRun, subject.info.sideEffects else { return }
        let recorded = Set(state.records.map(\.row))
        let silent = state.outcomes.filter { $0.kind == TESSERA_ADVANCE && !recorded.contains($0.row) }
        session.check(
            .dryRun, silent.isEmpty,
            "row \(silent.first?.row ?? 0) of \(what) advanced in a dry run without a record of what would be sent")
    }

    private static let codes: Set<String> = [
        "RATE_LIMIT", "SERVER_ERROR", "SERVICE_UNAVAILABLE", "BAD_REQUEST", "AUTHENTICATION_ERROR",
        "ENDPOINT_NOT_FOUND", "EVENT_PARSING_FAILED", "CONSENT_NOT_PROVIDED", "MISC_ERROR",
    ]

    static func isCode(_ code: String) -> Bool { codes.contains(code) || TableCheck.isPluginID(code) }
}
