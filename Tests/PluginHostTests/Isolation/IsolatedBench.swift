import Columns
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

extension Bench {
    /// The last part of its path, which no other bench has.
    var name: String { root.split(separator: "/").last.map(String.init) ?? root }

    /// A host that gives each plugin a process of its own, as a gateway does.
    func isolatedHost(limits: IsolationLimits = IsolationLimits(), clock: (any Clock)? = nil) -> PluginHost {
        let lines = lines
        let clock = clock ?? self.clock
        var configuration = PluginHostConfiguration(
            directories: [root + "/a", root + "/b"], storeDirectory: root + "/store",
            settings: ["allow-destination": "127.0.0.0/8"], hostProgram: BuiltProducts.pluginHost)
        configuration.limits = limits
        return PluginHost(
            configuration: configuration, memory: memory, services: services, clock: clock,
            log: Log(level: .info, clock: clock, sink: { lines.add($0) }))
    }

    /// A bad plugin from the zoo in directory a, loaded by an isolated host.
    func zoo(
        _ name: String, limits: IsolationLimits = IsolationLimits(), clock: (any Clock)? = nil
    ) throws -> PluginHost {
        try Zoo.build(name, to: "\(root)/a/\(name).so")
        let host = isolatedHost(limits: limits, clock: clock)
        let outcomes = host.loadAll()
        try #require(outcomes.map(\.state) == [.active], "\(outcomes)")
        return host
    }

    /// Opens the zoo's tile.
    func openZoo(_ host: PluginHost, _ name: String, sin: Bool = false) throws -> TileInstance {
        let config: JSON = sin ? ["sin": true] : [:]
        return try host.openTile(
            type: "com.example.zoo.\(name)", config: config, schema: nil, workspaceID: "w", journeyID: "j"
        ).get()
    }

    /// Members by these keys.
    static func members(_ keys: [String]) -> RecordBatch {
        let builder = BatchBuilder(columns: [Column(name: "$member", type: .string, nullable: false)])
        for key in keys { builder.append(string: key, to: 0) }
        return builder.finish()
    }

    /// Keys of good members, the poisoned ones among them.
    static func keys(_ count: Int, poison: [Int] = []) -> [String] {
        (0..<count).map { poison.contains($0) ? "poison-\($0)" : "member-\($0)" }
    }
}
