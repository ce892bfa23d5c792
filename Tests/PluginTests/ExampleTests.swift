import CTessera
import Columns
import Foundation
import Journeys
import Testing
import TesseraTestKit

/// The plugins in C that third parties learn from, built as they would build them.
@Suite struct ExampleTests {
    private static let folder = Result { try TemporaryFolder() }

    private func build(_ name: String) throws -> PluginLibrary {
        let folder = try Self.folder.get().path
        let example = "\(PluginLibrary.packageDirectory)/Plugins/Examples/\(name)"
        let headers = "\(PluginLibrary.packageDirectory)/Sources/CTessera/include"
        try Command.succeed("make", ["-B", "-C", example, "OUT=\(folder)", "TESSERA_INCLUDE=\(headers)"])
        let path = "\(folder)/\(name).so"
        let symbols = try Command.succeed("nm", ["-D", "--defined-only", path])
        #expect(symbols.split(separator: " ").last == "tessera_plugin_v1\n")
        return try PluginLibrary.load(path)
    }

    @Test func weekendRoutesByTheDayOfArrival() throws {
        let library = try build("weekend")
        #expect(library.id == "com.example.weekend")
        #expect(String(cString: library.plugin.pointee.toolchain) == "")
        let tile = try TestTile(library, "com.example.weekend", config: "{}")
        #expect(tile.branches == ["weekday", "weekend"])
        #expect(tile.columns == ["$arrived_at"])
        let times = [
            "2024-01-05T23:59:59Z", "2024-01-06T00:00:00Z", "2024-01-07T23:59:59Z", "2024-01-08T00:00:00Z",
            "1969-12-31T23:59:59Z", "1969-12-28T12:00:00Z",
        ]
        let batch = try TestBatch.rows(
            [Column(name: "$arrived_at", type: .timestamp)], times.map { [.string($0)] })
        #expect(try tile.outcomes(batch) == [0, 1, 1, 0, 0, 1].map { .advance(branch: $0) })
        let problems = try TestTile.problems(library, "com.example.weekend", config: #"{"a": 1}"#)
        #expect(problems.pointers == [""])
    }

    @Test func lateReportsFromAThreadOfItsOwn() throws {
        let library = try build("late")
        let tile = try TestTile(library, "com.example.late", config: "{}")
        #expect(tile.type.pointee.flags & TESSERA_TILE_ASYNC != 0)
        #expect(tile.branches == ["even", "odd"])
        let calls = (0..<20).map { _ in CallRecorder(now: 0) }
        for call in calls { #expect(tile.run(try .members(["member-2", "member-3", ""]), call) == 0) }
        for call in calls {
            call.waitForDone()
            #expect(call.outcomes(rows: 3) == [.advance(branch: 0), .advance(branch: 1), .advance(branch: 0)])
            #expect(call.doneCount == 1)
        }
        let cancelled = CallRecorder(now: 0)
        cancelled.cancel()
        #expect(tile.run(try .members(["member-2"]), cancelled) == 0)
        cancelled.waitForDone()
        #expect(cancelled.outcomes(rows: 1) == [nil])
    }
}
