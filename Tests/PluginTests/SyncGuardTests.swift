import CTessera
import Outbound
import Testing

/// Which addresses may be connected to.
@Suite struct SyncGuardTests {
    static let internals = [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "100.64.0.1", "100.127.255.255", "169.254.169.254", "168.63.129.16", "192.0.0.8", "192.0.2.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1",
        "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "4000::1",
    ]
    static let publics = [
        "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:200::1", "2001:4860:4860::8888",
    ]

    @Test(arguments: internals) func refuses(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard().refusal(address) != nil)
    }

    @Test(arguments: publics) func takes(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard().refusal(address) == nil)
    }

    @Test func allowsWhatTheOperatorNames() throws {
        let (guardian, misfits) = AddressGuard.parse(" 10.1.0.0/16, 127.0.0.1,fd00::/8 ,, 10.1, 1.2.3.4/33, x/8, ::1/ ")
        #expect(misfits == ["10.1", "1.2.3.4/33", "x/8", "::1/"])
        let takes = { (text: String) in IPAddress(text).map { guardian.refusal($0) == nil } }
        for text in ["10.1.255.255", "127.0.0.1", "fd12::1", "8.8.8.8"] { #expect(takes(text) == true) }
        for text in ["10.2.0.0", "127.0.0.2", "fe80::1", "::ffff:127.0.0.1"] { #expect(takes(text) == false) }
        let everything = AddressGuard.parse("0.0.0.0/0").guard
        let metadata = try #require(IPAddress("169.254.169.254"))
        #expect(everything.refusal(metadata) == nil)
    }

    @Test func readsAndWritesAddresses() {
        for text in ["1.2.3.4", "::1", "2001:db8::8:800:200c:417a"] { #expect(IPAddress(text)?.description == text) }
        for text in ["", "1.2.3", "01.2.3.4", "1.2.3.4 ", "::1%lo", "[::1]", "localhost", "::g"] {
            #expect(IPAddress(text) == nil)
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"])
    func nothingInternalIsReached(host: String) throws {
        let rig = try SyncRig.guarded.get()
        let server = try SyncServer()
        let connector = SyncScriptedConnector("http://\(host):\(server.port)/")
        let destination = rig.add(connector)
        _ = try rig.deliver(to: destination)
        let answer = try #require(connector.answers.first)
        #expect(answer.transport == TESSERA_TRANSPORT_REFUSED, "\(answer)")
        #expect(answer.message.contains("--allow-destination"))
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_REJECTED, rows: 1)])
        #expect(server.connections == 0)
    }
}
