import CTessera
import Columns
import Testing
import TesseraTestKit

@Suite struct EntryExitTests {
    @Test func entryPassesEveryoneOn() throws {
        let tile = try TestTile(PluginLibrary.shipped("Entry"), "entry", config: "{}")
        #expect(tile.type.pointee.role == TESSERA_ROLE_ENTRY)
        #expect(tile.branches == ["next"])
        #expect(tile.columns == [])
        #expect(try tile.outcomes(.empty(count: 3)) == Array(repeating: .advance(branch: 0), count: 3))
    }

    @Test func exitCompletesEveryone() throws {
        let tile = try TestTile(PluginLibrary.shipped("Exit"), "exit", config: "{}")
        #expect(tile.type.pointee.role == TESSERA_ROLE_EXIT)
        #expect(tile.branches == [])
        #expect(try tile.outcomes(.empty(count: 3)) == Array(repeating: .complete, count: 3))
    }

    /// A journey may leave the config out: then the host hands an empty text, or null.
    @Test(arguments: ["", " \n", "null"]) func takesAnAbsentConfig(config: String) throws {
        _ = try TestTile(PluginLibrary.shipped("Entry"), "entry", config: config)
    }

    @Test func reportsABatchInOneCall() throws {
        let tile = try TestTile(PluginLibrary.shipped("Entry"), "entry", config: "{}")
        let call = CallRecorder(now: 0)
        #expect(tile.run(.empty(count: 8192), call) == 0)
        #expect(call.reports == 1)
        #expect(call.outcomes(rows: 8192).allSatisfy { $0 == .advance(branch: 0) })

        let large = CallRecorder(now: 0)
        #expect(tile.run(.empty(count: 20_000), large) == 0)
        #expect(large.reports == 3)
        #expect(large.outcomes(rows: 20_000).allSatisfy { $0 == .advance(branch: 0) })

        let none = CallRecorder(now: 0)
        #expect(tile.run(.empty(count: 0), none) == 0)
        #expect(none.reports == 0)
    }
}
