import Journeys
import Platform
import Testing

/// Many members `m000000`, `m000001` … with a `score` of 0 to 9, and a journey for them.
struct Crowd {
    let count: Int64
    /// Score 3 and more: they pass the journey's filter.
    var passing: Int64 { (0..<10).reduce(0) { $0 + ($1 >= 3 ? (count + 9 - $1) / 10 : 0) } }
    let model: String

    init(_ count: Int64, _ gateway: InstalledGateway, _ caller: Caller) throws {
        self.count = count
        let file = gateway.folder.path + "/crowd.csv"
        let program = #"BEGIN { print "id,score"; for (i = 0; i < \#(count); i++) printf "m%06d,%d\n", i, i % 10 }"#
        try Command.succeed("bash", ["-c", "awk '\(program)' > \(file)"])
        let answer = try caller.upload(file, to: "crowd", key: "id", of: gateway)
        try #require(answer["inserted"]?.integerValue == count)
        model = try caller.makeModel("SELECT id, score FROM crowd", key: "id", source: gateway.sourceID)
    }

    /// entry → filter → split → on each arm `step`, named `send-a` and `send-b`, if there is one → wait 1 hour → exit.
    func journey(_ step: ((String) -> JSON)? = nil) -> JSON {
        let arms = ["a", "b"]
        let steps = step.map { step in arms.map { step("send-\($0)") } } ?? []
        return Build.journey(
            "Crowd", model: model,
            tiles: [
                Build.tile("in", "entry"),
                Build.tile("high", "filter", Build.condition("score", "greater_than_or_equal", 3)),
                Build.split("ab", [("a", 50), ("b", 50)]), Build.wait("rest", 1, "hours"), Build.tile("done", "exit"),
                Build.tile("low", "exit"),
            ] + steps,
            edges: [
                Build.edge("in", "high"), Build.edge("high", "ab", "yes"), Build.edge("high", "low", "no"),
                Build.edge("rest", "done"),
            ]
                + arms.flatMap { arm in
                    steps.isEmpty
                        ? [Build.edge("ab", "rest", arm)]
                        : [Build.edge("ab", "send-\(arm)", arm), Build.edge("send-\(arm)", "rest")]
                })
    }

    /// Writes a file of MEMBER|ARM|KEY for those who pass the filter, computed in Python.
    func expectation(_ gateway: InstalledGateway, journey: String) throws -> String {
        let keys = gateway.folder.path + "/passing"
        let file = gateway.folder.path + "/expected"
        let arguments = [gateway.workspace, journey, "ab", "a=send-a:50,b=send-b:50", keys].joined(separator: " ")
        try Command.succeed(
            "bash",
            [
                "-c",
                "set -e; awk -F, 'NR > 1 && $2 >= 3 { print $1 }' \(gateway.folder.path)/crowd.csv > \(keys); "
                    + "python3 \(Installed.data("oracle/members.py")) \(arguments) > \(file)",
            ])
        return file
    }

    /// How many members of such a file are on an arm.
    static func size(ofArm arm: String, in file: String) throws -> Int64 {
        try #require(Int64(try Command.succeed("grep", ["-c", "|\(arm)|", file])))
    }
}
