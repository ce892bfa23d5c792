import CTessera
import Platform
import Testing
import TesseraTestKit

/// 410: when it disables its destination, and when it says something else.
@Suite struct SyncGoneTests {
    let rig: SyncRig
    init() throws { rig = try SyncRig.open.get() }

    @Test func disablesWhatIsGone() throws {
        let server = try SyncServer { _ in .status(410) }
        let destination = rig.add(SyncScriptedConnector(server.origin))
        let (outcomes, _) = try rig.deliver(to: destination)
        #expect(outcomes == [.fail])
        #expect(destination.disabled == ["the destination answered 410 Gone"])
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_REJECTED, rows: 1)])
        #expect(destination.held == 0)
    }

    private func http(_ config: String) throws -> (SyncRig.Destination, (outcomes: [TestOutcome.Kind?], CallRecorder)) {
        let destination = rig.add(try SyncRig.Destination(try PluginLibrary.shipped("HTTP"), config: config))
        return (destination, try rig.deliver(to: destination))
    }

    @Test func itIsNoEndWhereTheConfigSaysWhatItMeans() throws {
        let server = try SyncServer { _ in .status(410) }
        let (taken, asSuccess) = try http(#"{"url": "\#(server.origin)/", "success": [410]}"#)
        #expect(asSuccess.outcomes == [.advance(branch: 0)] && taken.disabled.isEmpty)
        let (again, asRetry) = try http(#"{"url": "\#(server.origin)/", "retry": [410]}"#)
        #expect(asRetry.outcomes == [.retry(at: 0, notAttempted: false)] && again.disabled.isEmpty)
        let (gone, asItIs) = try http(#"{"url": "\#(server.origin)/"}"#)
        #expect(asItIs.outcomes == [.fail] && gone.disabled.count == 1)
    }

    /// What is gone is what the URL names for one member.
    @Test func aMembersOwnURLIsNotTheDestination() throws {
        let server = try SyncServer { _ in .status(410) }
        let (destination, (outcomes, call)) = try http(#"{"url": "\#(server.origin)/people/{{Name}}"}"#)
        #expect(server.requests.map(\.path) == ["/people/n0"])
        #expect(outcomes == [.fail] && destination.disabled.isEmpty)
        #expect(call.error(row: 0)?.code == "BAD_REQUEST")
        #expect(call.error(row: 0)?.message == "the API says that what the URL names for this row is gone (HTTP 410)")
    }

    /// Whether each `acquire` lends a copy, as to a plugin in its own process: then the tokens tell.
    @Test(arguments: [false, true]) func aLateOneDoesNotDisableWhatWasMendedMeanwhile(copies: Bool) throws {
        let mended = Monitor<SyncRig.Destination?>(nil)
        let server = try SyncServer { _ in
            mended.withLock { $0?.change() }
            return .status(410)
        }
        let destination = rig.add(SyncScriptedConnector(server.origin)) {
            $0.lendsCopies = copies
            if copies { $0.secrets = [("tok_0123456789", "value-0123")] }
        }
        mended.withLock { $0 = destination }
        #expect(try rig.deliver(to: destination).outcomes == [.fail])
        #expect(destination.disabled.isEmpty)
        mended.withLock { $0 = nil }
        #expect(try rig.deliver(to: destination).outcomes == [.fail])
        #expect(destination.disabled.count == 1 && destination.held == 0)
    }
}
