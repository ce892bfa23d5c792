import CTessera
import Columns
import Journeys
import Platform

/// Shows a connector all kinds of answers to its own requests.
struct ClassifySection {
    let subject: CheckSubject
    let type: PluginImage.ConnectorType
    private var session: CheckSession { subject.session }

    func run() {
        let connectors = subject.openConnectors(type)
        if connectors.isEmpty { session.fact("not run: no example opens") }
        for (_, connector) in connectors {
            let now = subject.host.clock.now()
            let rows = min(7, connector.maxRows)
            let batch = GuardedBatch(connector.rows(arrivedAt: now).batch(rows: rows))
            let built = session.setUp("build a batch of \(rows) rows (\(connector.what))") {
                BuildTry(connector, batch, now: now)
            }
            guard let request = built.made.requests.max(by: { $0.rows.count < $1.rows.count }) else { continue }
            for answer in SampleAnswer.all {
                session.step("classify \(answer.what) (\(connector.what))") { judge(connector, request, answer, now) }
            }
            session.step("close (\(connector.what))") { connector.close() }
        }
        session.fact("\(SampleAnswer.all.count) answers were tried")
    }

    private func judge(_ connector: ConnectorSubject, _ request: BuiltRequest, _ answer: SampleAnswer, _ now: Int64) {
        let what = "the answer \(answer.what) (\(connector.what))"
        let requestMemory = GuardedBundle(.request)
        let answerMemory = GuardedBundle(.answer)
        let callMemory = GuardedBundle(.call)
        let lentRequest = request.lend(requestMemory)
        let lentAnswer = answer.lend(answerMemory, now: now)
        let told = Told()
        let call = callMemory.value(
            tessera_classify_call(
                size: UInt32(MemoryLayout<tessera_classify_call>.size), flags: 0,
                context: Unmanaged.passUnretained(told).toOpaque(), now_us: now,
                report: { call, outcomes, count in
                    guard let outcomes, let context = call?.pointee.context else { return }
                    let told = Unmanaged<Told>.fromOpaque(context).takeUnretainedValue()
                    for outcome in UnsafeBufferPointer(start: outcomes, count: count) {
                        let error = outcome.error.map { OutcomeError($0) }
                        told.outcomes.withLock { $0.append(Told.Outcome(value: outcome, error: error)) }
                    }
                }))
        [requestMemory, answerMemory, callMemory].forEach { $0.lend() }
        let status = connector.classify(lentRequest, lentAnswer, call)
        [requestMemory, answerMemory, callMemory].forEach { $0.takeBack() }
        session.check(.runStatus, status == 0, "classify returned \(status) for \(what)")
        judge(told.outcomes.withLock { $0 }, request, what, now)
    }

    private func judge(_ outcomes: [Told.Outcome], _ request: BuiltRequest, _ what: String, _ now: Int64) {
        var counts = Dictionary(request.rows.map { ($0, 0) }, uniquingKeysWith: { $1 })
        for outcome in outcomes {
            let row = outcome.value.row
            guard counts[row] != nil else {
                session.check(.rowRange, false, "reported row \(row) for \(what), which is not in the request")
                continue
            }
            counts[row, default: 0] += 1
            switch UInt32(outcome.value.kind) {
            case TESSERA_ADVANCE:
                session.check(
                    .branchRange, outcome.value.branch == 0,
                    "reported branch \(outcome.value.branch) for \(what): delivered is branch 0")
            case TESSERA_RETRY, TESSERA_FAIL:
                session.check(
                    .outcomeError, outcome.error.map { OutcomeJudge.isCode($0.code) } ?? false,
                    "a failure or retry for \(what) has no error with a known code: people want to know why")
                let time = outcome.value.time_us
                session.check(
                    .outcomeTime, time == 0 || time > now,
                    "reported a retry for \(what) at \(time), which is not after the call's now_us \(now)")
            default:
                session.check(
                    .outcomeKind, false,
                    "reported the kind \(outcome.value.kind) for \(what): only ADVANCE, RETRY and FAIL exist here")
            }
        }
        session.check(.rowRange, true, "")
        let missing = counts.values.filter { $0 == 0 }.count
        session.check(
            .classified, missing == 0,
            "\(missing) of \(counts.count) rows were not reported for \(what): they are unknown and would be sent again"
        )
        session.check(
            .reportedOnce, counts.values.allSatisfy { $0 <= 1 }, "reported rows more than once for \(what)")
    }

    private final class Told: Sendable {
        struct Outcome: @unchecked Sendable {
            var value: tessera_outcome
            var error: OutcomeError?
        }
        let outcomes = Monitor<[Outcome]>([])
    }
}
