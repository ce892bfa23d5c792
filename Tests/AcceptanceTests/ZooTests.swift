import Crypto
import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// The zoo's plugins on a live gateway, each in a journey of its own beside healthy ones: what the operator sees, and that
/// no member is lost or moved twice. `ZOO_MEMBERS` makes it larger: `scripts/prove zoo`.
@Suite struct ZooTests {
    /// What becomes of the member whose key is poison.
    enum Fate {
        /// It alone fails, with these words in its error.
        case fails(String)
        /// It goes on like all others.
        case moves
    }

    static let sins: [(name: String, fate: Fate)] = [
        ("null", .fails("crashed with SIGSEGV")), ("abort", .fails("crashed with SIGABRT")),
        ("stack", .fails("crashed with SIGSEGV")), ("exception", .fails("crashed with SIGABRT")),
        ("trap", .fails("crashed with SIG")), ("exit", .fails("ended its process with exit(0)")),
        ("thread_exit", .fails("ended its process with exit(0)")), ("leak", .fails("crashed with SIG")),
        ("fork", .fails("crashed with SIGABRT")), ("poison", .fails("crashed with SIG")),
        ("async_abort", .fails("crashed with SIGABRT")),
        ("loop", .fails("did not come back from a batch before its deadline")),
        ("deadlock", .fails("did not come back from a batch before its deadline")),
        ("stop", .fails("did not come back from a batch before its deadline")), ("exec", .moves),
        ("kill_parent", .moves), ("ptrace", .moves), ("sigio", .moves), ("close_all", .moves), ("scribble", .moves),
        ("twice", .moves),
        ("range", .moves),
    ]

    private static var isProof: Bool { getenv("ZOO_MEMBERS") != nil }
    private static var count: Int { getenv("ZOO_MEMBERS").flatMap { Int(String(cString: $0)) } ?? 16 }

    @Test func onlyThePoisonedMembersPay() throws {
        let folder = try TemporaryFolder()
        try Self.build(Self.sins.map(\.name) + ["good"], into: folder)
        let gateway = try InstalledGateway(arguments: ["--plugins", folder.path])
        let caller = try gateway.caller()
        let model = try Self.model(gateway)
        let watch = try Watch(gateway)

        let healthy = try caller.launch(Self.journey("good", model: model))
        // First half of the members, so that each is known to be good; then the others, with the poisoned one among them.
        let journeys = try Self.sins.map { ($0.name, $0.fate, try caller.launch(Self.journey($0.name, model: model))) }
        let runs = try journeys.map { ($0.2, try caller.trigger($0.2)) }
        _ = try caller.finish(caller.trigger(healthy), of: healthy)
        for (journey, run) in runs { _ = try caller.finish(run, of: journey) }
        try caller.call("PUT", "models/\(model)", ["sql_query": "SELECT id FROM members"])
        let second = try journeys.map { ($0.2, try caller.trigger($0.2)) }
        for (journey, run) in second { _ = try caller.finish(run, of: journey) }
        _ = try caller.finish(caller.trigger(healthy), of: healthy)

        try check("good", .moves, caller, healthy)
        for (name, fate, journey) in journeys { try check(name, fate, caller, journey) }
        let plugins = try gateway.operatorCaller().call("GET", "/api/v1/plugins").json.arrayValue ?? []
        for (name, _) in Self.sins {
            let plugin = plugins.first { $0["id"]?.stringValue == Zoo.id(name) }
            #expect(plugin?["state"] == "active", "\(name): \(plugin?.text ?? "is not listed")")
            #expect(plugin?["isolation"] == "process")
        }
        if Self.isProof { print("zoo: \(watch.answers) answers of /healthz meanwhile, \(watch.failures) failures") }
        #expect(watch.end() == 0, "the gateway did not answer all the time")
    }

    @Test func aPluginThatDiesOfEverythingIsPutAway() throws {
        let folder = try TemporaryFolder()
        try Self.build(["abort", "good"], into: folder)
        let gateway = try InstalledGateway(arguments: ["--plugins", folder.path])
        let caller = try gateway.caller()
        let op = try gateway.operatorCaller()
        let model = try Self.model(gateway)
        let journey = try caller.launch(Self.journey("abort", model: model, config: ["sin": true]))
        let healthy = try caller.launch(Self.journey("good", model: model))
        let run = try caller.trigger(journey)
        let failed = try eventually { () -> JSON? in
            let run = try caller.look(at: run, of: journey)
            return run["status"] == "failed" ? run : JSON?.none
        }
        #expect(failed["error"]?.stringValue?.contains("quarantine") == true, "\(failed.text)")
        try eventually { try caller.call("GET", "journeys/\(journey)")["status"] == "error" }
        let state = try caller.call("GET", "journeys/\(journey)")
        #expect(state["status"] == "error")
        #expect(
            state["status_error"]?.stringValue?.contains("The plugin 'com.example.zoo.abort' is in quarantine") == true)
        let plugin = try op.call("GET", "/api/v1/plugins/com.example.zoo.abort")
        #expect(plugin["state"] == "quarantined")
        #expect(plugin["reason"]?.stringValue?.contains("SIGABRT") == true)
        // Nobody failed for it, nobody is lost, and the others go on.
        let stats = try caller.stats(journey)
        #expect(stats["tiles"]?["theirs"]?["failed"] == 0)
        // The run may have ended before all had entered; who has is inside.
        let entered = stats["tiles"]?["in"]?["entered"]?.integerValue ?? 0
        #expect(entered > 0)
        #expect(stats["total"]?["active"]?.integerValue == entered)
        _ = try caller.finish(caller.trigger(healthy), of: healthy)

        // It outlives a restart, and one call lifts it.
        _ = try gateway.stop()
        try gateway.start()
        let again = try gateway.operatorCaller()
        #expect(try again.call("GET", "/api/v1/plugins/com.example.zoo.abort")["state"] == "quarantined")
        let fresh = try gateway.caller()
        #expect(try fresh.call("GET", "journeys/\(journey)")["status"] == "error")
        try fresh.call(
            "PUT", "journeys/\(journey)", ["tiles": Self.journey("good", model: model)["tiles"] ?? .null])
        #expect(try again.call("POST", "/api/v1/plugins/com.example.zoo.abort/reload")["state"] == "active")
        try eventually { try fresh.call("GET", "journeys/\(journey)")["status"] == "active" }
    }

    // MARK: Parts

    private struct Member {
        var key: String
        var tile: String
        var status: String
        var error: String
    }

    private func members(_ caller: Caller, _ journey: String) throws -> [Member] {
        var members: [Member] = []
        var cursor: String?
        repeat {
            let page = try caller.call(
                "GET", "journeys/\(journey)/members?limit=1000" + (cursor.map { "&cursor=\($0)" } ?? ""))
            for member in page["data"]?.arrayValue ?? page.json.arrayValue ?? [] {
                members.append(
                    Member(
                        key: member["key"]?.stringValue ?? "", tile: member["tile"]?.stringValue ?? "",
                        status: member["status"]?.stringValue ?? "", error: member["error"]?.text ?? ""))
            }
            cursor = page["next_cursor"]?.stringValue
        } while cursor != nil
        return members
    }

    private func check(_ name: String, _ fate: Fate, _ caller: Caller, _ journey: String) throws {
        let members = try members(caller, journey)
        #expect(members.count == Self.count + 1, "\(name)")
        #expect(Set(members.map(\.key)).count == members.count, "\(name)")
        var poisoned = 0
        for member in members {
            if member.key.hasPrefix("poison"), case .fails(let words) = fate {
                poisoned += 1
                if Self.isProof { print("zoo: \(name): \(members.count) members, one failed: \(member.error)") }
                #expect(member.tile == "theirs" && member.status == "active", "\(name): \(member)")
                #expect(member.error.contains("PLUGIN_CRASHED"), "\(name): \(member)")
                #expect(member.error.contains(words), "\(name): \(member)")
                continue
            }
            // By the last byte of the key, as zoo.h has it.
            let isOdd = (member.key.utf8.last ?? 0) % 2 == 1
            #expect(member.tile == (isOdd ? "done" : "rest"), "\(name): \(member)")
            #expect(member.status == (isOdd ? "completed" : "active"), "\(name): \(member)")
        }
        if Self.isProof, poisoned == 0 { print("zoo: \(name): \(members.count) members, none failed") }
        // Counted once at each step: nobody has moved twice.
        let tile = try caller.stats(journey)["tiles"]?["theirs"]
        let moved = (tile?["branches"]?["good"]?.integerValue ?? 0) + (tile?["branches"]?["odd"]?.integerValue ?? 0)
        #expect(Int(moved) == members.count - poisoned, "\(name): \(tile?.text ?? "")")
        #expect(tile?["entered"]?.integerValue == Int64(members.count), "\(name): \(tile?.text ?? "")")
        #expect(tile?["failed"]?.integerValue == Int64(poisoned), "\(name): \(tile?.text ?? "")")
    }

    private static func build(_ names: [String], into folder: TemporaryFolder) throws {
        for name in names {
            let hangs = ["loop", "deadlock", "stop"].contains(name)
            try Zoo.build(name, timeoutUs: hangs ? 3_000_000 : 0, to: "\(folder.path)/\(name).so")
        }
        let leak = "\(folder.path)/leak.so"
        guard Files.exists(leak) else { return }
        let lock: JSON = [
            "plugins": [
                [
                    "file": "leak.so", "sha256": .string(Crypto.hex(Crypto.sha256(try Files.read(leak)))),
                    "isolation": "process", "memory_mb": 128,
                ]
            ]
        ]
        try Files.write(lock.serialized(), to: folder.path + "/plugins.lock")
    }

    /// A model of the first half of the members; the others and the poisoned one are in its table.
    private static func model(_ gateway: InstalledGateway) throws -> String {
        let caller = try gateway.caller()
        let file = gateway.folder.path + "/members.csv"
        let keys = (0..<count).map { number in "m\(String(1_000_000 + number).dropFirst())" } + ["poison-0"]
        try Files.write(Array(("id\n" + keys.joined(separator: "\n") + "\n").utf8), to: file)
        try caller.upload(file, to: "members", key: "id", of: gateway)
        return try caller.makeModel(
            "SELECT id FROM members WHERE id < '\(keys[count / 2])'", key: "id", source: gateway.sourceID)
    }

    private static func journey(_ sin: String, model: String, config: JSON? = nil) -> JSON {
        Build.journey(
            "Zoo: \(sin)", model: model,
            tiles: [
                Build.tile("in", "entry"), Build.tile("theirs", Zoo.id(sin), config), Build.wait("rest", 1, "hours"),
                Build.tile("done", "exit"),
            ],
            edges: [
                Build.edge("in", "theirs"), Build.edge("theirs", "rest", "good"), Build.edge("theirs", "done", "odd"),
                Build.edge("rest", "done"),
            ])
    }
}

/// Asks a gateway whether it is alive, all the time, on a thread of its own.
private final class Watch: Sendable {
    private let state = Monitor((answers: 0, failures: 0, isOver: false))
    private let thread: NativeThread

    init(_ gateway: InstalledGateway) throws {
        let port = gateway.port
        let state = state
        let ended = Monitor(false)
        self.ended = ended
        thread = NativeThread(name: "watch") {
            while !state.withLock({ $0.isOver }) {
                let status = try? HTTPClient(port: port, timeout: 120).request("GET", "/healthz").status
                state.update { if status == 200 { $0.answers += 1 } else { $0.failures += 1 } }
                usleep(20_000)
            }
            ended.update { $0 = true }
        }
        thread.detach()
    }
    private let ended: Monitor<Bool>

    var answers: Int { state.withLock { $0.answers } }
    var failures: Int { state.withLock { $0.failures } }

    /// How often it did not answer.
    func end() -> Int {
        state.update { $0.isOver = true }
        ended.wait { $0 ? () : nil }
        return state.withLock { $0.failures }
    }
}
