import Platform
import Testing

@testable import Engine

/// What others have done on a run's thread.
@Suite struct RunControlTests {
    private func control() -> RunControl { RunControl(runID: "r", journeyID: "j", othersWait: { false }) }

    @Test func anErrandIsDoneByTheRun() throws {
        let control = control()
        let run = NativeThread(name: "run") {
            control.state.wait { $0.errands.isEmpty ? nil : () }
            control.serve()
        }
        guard case .done(let result) = control.perform(patience: 60_000_000, { 7 }) else {
            Issue.record("it was not done")
            return
        }
        #expect(try result.get() == 7)
        run.join()
    }

    /// A run that is inside something long keeps nobody waiting, and does not do later what was given up.
    @Test func anErrandIsTakenBack() {
        let control = control()
        let done = Monitor(false)
        guard case .busy = control.perform(patience: 1000, { done.update { $0 = true } }) else {
            Issue.record("nobody was there to do it")
            return
        }
        control.serve()
        #expect(!done.withLock { $0 } && !control.hasErrands)
    }

    @Test func anEndedRunDoesNothing() {
        let control = control()
        control.close()
        guard case .over = control.perform(patience: 1000, { 7 }) else {
            Issue.record("it was done")
            return
        }
    }
}
