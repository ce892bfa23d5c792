import CPlatform
import Glibc
import Platform

/// Starts child processes from one thread that lives as long as the process: a child asks the kernel to die with the
/// *thread* that started it. Ends what they leave behind.
final class Nursery: Sendable {
    /// The process has one, since children belong to a process.
    static let shared = Nursery()

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var thread: NativeThread?
    }
    private let state = Monitor(State())

    /// From now on orphaned descendants become children of this process, so that they can be found and ended.
    func adoptOrphans() { _ = tessera_become_subreaper() }

    func start(_ launch: ChildLaunch) throws(SystemError) -> ChildProcess {
        let result = Monitor<Result<ChildProcess, SystemError>?>(nil)
        state.update { state in
            state.jobs.append {
                let started = Result { () throws(SystemError) in ChildProcess(pid: try launch.spawn()) }
                result.update { $0 = started }
            }
            if state.thread == nil {
                let thread = NativeThread(name: "nursery") { [self] in work() }
                thread.detach()
                state.thread = thread
            }
            if state.thread?.isRunning == false {
                state.thread = nil
                state.jobs.removeAll()
                result.update { $0 = .failure(SystemError("start a thread", code: EAGAIN)) }
            }
        }
        return try result.wait { $0 }.get()
    }

    /// A child has ended and was waited for: ends what it left behind. That is of its session, since a child begins one
    /// before it maps its plugin, and can't begin another after that.
    func ended(_ child: ChildProcess) {
        // What an orphan had started becomes ours with its end: look again until there is none.
        for _ in 0..<16 {
            let strays = ProcessTable.children(of: getpid()).filter { $0.session == child.pid }
            if strays.isEmpty { return }
            for stray in strays { _ = ChildProcess(pid: stray.pid).kill() }
        }
    }

    private func work() {
        while true {
            let job = state.wait { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
            job()
        }
    }
}
