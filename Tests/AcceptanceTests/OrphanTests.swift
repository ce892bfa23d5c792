import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// Plugins' processes end with their gateway, however it ends: nobody would hear them any more.
@Suite struct OrphanTests {
    @Test func theyDieWhenTheGatewayIsKilled() throws {
        let folder = try TemporaryFolder()
        try Zoo.build("good", to: folder.path + "/good.so")
        // It may take its time: nobody but the gateway's death ends it.
        try Zoo.build("loop", timeoutUs: 3_600_000_000, to: folder.path + "/loop.so")
        let gateway = try InstalledGateway(arguments: ["--plugins", folder.path])
        let caller = try gateway.caller()
        let file = gateway.folder.path + "/members.csv"
        try Files.write(Array("id\na\nb\n".utf8), to: file)
        try caller.upload(file, to: "members", key: "id", of: gateway)
        let model = try caller.makeModel("SELECT id FROM members", key: "id", source: gateway.sourceID)
        let journey = try caller.launch(
            Build.journey(
                "Endless", model: model,
                tiles: [Build.tile("in", "entry"), Build.tile("loop", Zoo.id("loop"), ["sin": true])],
                edges: [Build.edge("in", "loop")]))
        _ = try caller.trigger(journey)

        let parent = try #require(gateway.process).pid
        // One is idle and one in the middle of a call: it has used a tenth of a second.
        let found = try eventually {
            let children = Process.all().filter { $0.parent == parent }
            return children.count >= 2 && children.contains { $0.ticks >= 10 } ? children : nil
        }
        gateway.kill()
        try eventually { !Process.all().contains { process in found.contains { $0.isSame(as: process) } } }
    }

    /// A process that runs, as `/proc` shows it.
    private struct Process {
        var pid: pid_t
        var parent: pid_t
        /// Of the processor, used up to now.
        var ticks: Int
        /// When it started: with the id, no other process has it.
        var start: String

        func isSame(as other: Process) -> Bool { pid == other.pid && start == other.start }

        /// Those that have ended and wait to be collected are none.
        static func all() -> [Process] {
            ((try? Files.list("/proc")) ?? []).compactMap { pid_t($0) }.compactMap { pid in
                guard let stat = try? Files.read("/proc/\(pid)/stat") else { return nil }
                let text = String(decoding: stat, as: UTF8.self)
                // The name, in parentheses, may contain anything.
                let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst().split(separator: " ")
                guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let parent = pid_t(fields[1]) else {
                    return nil
                }
                let ticks = (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
                return Process(pid: pid, parent: parent, ticks: ticks, start: String(fields[19]))
            }
        }
    }
}
