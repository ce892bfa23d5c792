import CTessera
import Platform
import Testing

/// `tessera.transport/1`.
@Suite struct SyncProbeTests {
    struct Step: Equatable {
        var name: String
        var ok: Bool
        var status: Int32 = 0
    }

    private func probe(
        _ connector: SyncScriptedConnector, _ rig: Result<SyncRig, any Error> = SyncRig.open
    ) throws -> (result: Int32, steps: [Step], message: String) {
        final class Told {
            var steps: [Step] = []
            var message = ""
            var elapsed: [Int64] = []
        }
        let rig = try rig.get()
        let transport = try #require(
            rig.library.interface(TESSERA_INTERFACE_TRANSPORT, as: tessera_transport_interface.self))
        let told = Told()
        var call = tessera_probe_call(
            size: UInt32(MemoryLayout<tessera_probe_call>.size), flags: 0,
            context: Unmanaged.passUnretained(told).toOpaque(), now_us: rig.now, deadline_us: rig.now + 10_000_000,
            step: { call, step in
                guard let context = call?.pointee.context, let step = step?.pointee else { return }
                let told = Unmanaged<Told>.fromOpaque(context).takeUnretainedValue()
                told.steps.append(Step(name: text(step.step), ok: step.ok == 1, status: step.http_status))
                told.message = text(step.message)
                told.elapsed.append(step.elapsed_us)
            })
        let lent = LentDestination.make(rig.add(connector))
        defer { LentDestination.drop(lent) }
        let result = transport.pointee.probe(lent, &call)
        #expect(told.elapsed.filter { $0 < 0 || $0 > 20_000_000 } == [])
        #expect(told.steps.dropLast().filter { !$0.ok } == [])
        return withExtendedLifetime(told) { (result, told.steps, told.message) }
    }

    @Test func tellsEachStep() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        let (result, steps, _) = try probe(connector)
        #expect(result == 0)
        #expect(
            steps == [
                Step(name: "build", ok: true), Step(name: "resolve", ok: true), Step(name: "connect", ok: true),
                Step(name: "request", ok: true, status: 200), Step(name: "classify", ok: true),
            ])
        let zeros = String(repeating: "0", count: 32)
        #expect(server.requests.map(\.body) == ["$member:u=test $key:u=\(zeros) $attempt:l=1 test:b=true"])
    }

    @Test func fillsTheConnectorsFields() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        connector.columns = ["Email", "a.b"]
        _ = try probe(connector)
        #expect(server.requests.first?.body.hasSuffix("Email:u=test a.b:u=test") == true)
    }

    @Test func endsWithTheStepThatFailed() throws {
        let server = try SyncServer { _ in .status(401) }
        let refused = try probe(SyncScriptedConnector(server.origin))
        #expect(refused.result == 1)
        #expect(
            refused.steps.suffix(2) == [
                Step(name: "request", ok: true, status: 401), Step(name: "classify", ok: false),
            ])

        let dead = try probe(SyncScriptedConnector("http://127.0.0.1:\(try SyncServer.deadPort())/"))
        #expect(dead.steps.map(\.name) == ["build", "resolve", "connect"] && dead.result == 1 && !dead.message.isEmpty)

        let unknown = try probe(SyncScriptedConnector("http://nothing.invalid/"))
        #expect(unknown.steps.map(\.name) == ["build", "resolve"] && unknown.result == 1)

        let silent = try SyncServer { _ in .silence }
        let slow = try probe(SyncScriptedConnector(silent.origin), SyncRig.hasty)
        #expect(slow.steps.map(\.name) == ["build", "resolve", "connect", "request"] && slow.result == 1)

        let plain = try SyncServer { _ in .close }
        let tls = try probe(SyncScriptedConnector("https://127.0.0.1:\(plain.port)/"), SyncRig.hasty)
        #expect(tls.steps.map(\.name) == ["build", "resolve", "connect", "tls"] && tls.result == 1)

        let malformed = SyncScriptedConnector("ftp://127.0.0.1/")
        let built = try probe(malformed)
        #expect(built.steps == [Step(name: "build", ok: false)] && built.message.contains("http or https"))

        let failing = SyncScriptedConnector(server.origin)
        failing.refusedRow = 0
        #expect(try probe(failing).steps == [Step(name: "build", ok: false)])
    }

    @Test func isGuarded() throws {
        let server = try SyncServer()
        let guarded = try probe(SyncScriptedConnector(server.origin), SyncRig.guarded)
        #expect(guarded.steps.map(\.name) == ["build", "resolve", "connect"] && guarded.result == 1)
        #expect(guarded.message.contains("127.0.0.1 is a loopback address"))
        #expect(server.connections == 0)
    }
}
