import Glibc
import Journeys
import Platform

/// Runs the probe of one file in a process of its own, so that a plugin that crashes or hangs takes only that with it.
struct ProbeChild {
    private static let maxOutput = 1 << 20

    /// The command without the file.
    let command: [String]
    let timeoutUs: Int64
    /// The descriptor that the child has the rules for files as.
    static let rulesDescriptor: Int32 = 3

    /// - Throws: a refusal when the child crashed, hung or printed something else; a report's own refusal is in the report.
    /// - Parameter rules: those that the command says it has.
    func run(file: String, rules: FileRules? = nil) throws(Refusal) -> ProbeReport {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw cannotStart(SystemError("make a pipe")) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let child: ChildProcess
        do {
            defer { close(ends[1]) }
            // By the nursery, which would end a child that it does not know when another plugin's process ends.
            var launch = ChildLaunch(arguments: command + [file], descriptors: [1: ends[1]])
            if let rules { launch.descriptors[Self.rulesDescriptor] = rules.descriptor }
            child = try Nursery.shared.start(launch)
        } catch {
            throw cannotStart(error)
        }
        defer {
            Nursery.shared.ended(child)
            withExtendedLifetime(rules) {}
        }
        let output = read(ends[0])
        if output == nil { _ = child.kill() }
        // A child that closed its output and goes on is not waited for longer than one that says nothing.
        let end = child.wait(microseconds: timeoutUs) ?? child.kill()
        guard let output else {
            // A slow machine is no fault of the file: it is tried again at the next start.
            throw Refusal("the plugin did not end its probe within \(timeoutUs / 1_000_000) s", isLasting: false)
        }
        if case .signalled(let signal) = end {
            throw Refusal("the plugin crashed while it was probed (signal \(signal))", isLasting: signal != SIGKILL)
        }
        guard case .exited(let code) = end else { throw cannotStart(SystemError("wait for it", code: ECHILD)) }
        guard code == 0, let json = try? JSON.parse(output), let report = ProbeReport(json: json) else {
            throw Refusal("the plugin's probe ended with status \(code) and without a report")
        }
        return report
    }

    private func cannotStart(_ error: any Error) -> Refusal {
        Refusal("the plugin can't be probed: \(error)", isLasting: false)
    }

    /// All that the child prints until it closes its end; nil when the time was up first. Real time: the child is real.
    private func read(_ descriptor: Int32) -> [UInt8]? {
        let end = MonotonicTime.now() + timeoutUs
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = end - MonotonicTime.now()
            guard left > 0 else { return nil }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, Int32(min(left / 1000 + 1, 60_000)))
            if ready < 0, errno != EINTR { return nil }
            guard ready > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if count == 0 { return output }
            if output.count + count > Self.maxOutput { return nil }
            output.append(contentsOf: buffer[..<count])
        }
    }
}
