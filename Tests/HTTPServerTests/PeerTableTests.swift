import Glibc
import Testing

@testable import HTTPServer

/// Who is one peer, and that many can't fill the memory.
@Suite struct PeerTableTests {
    private static func address(_ text: String) -> sockaddr_storage {
        var storage = sockaddr_storage()
        let isIPv6 = text.contains(":")
        storage.ss_family = sa_family_t(isIPv6 ? AF_INET6 : AF_INET)
        withUnsafeMutableBytes(of: &storage) { bytes in
            guard let base = bytes.baseAddress else { return }
            #expect(inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, base + (isIPv6 ? 8 : 4)) == 1)
        }
        return storage
    }

    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false), ("::ffff:10.0.0.1", "10.0.0.1", true),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", false), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("::1", "0.0.0.0", false), ("::1", "0.0.0.1", false),
    ]) func whoIsOne(_ first: String, _ second: String, _ isSame: Bool) {
        var table = PeerTable(maxConnections: 10)
        var (first, second) = (Self.address(first), Self.address(second))
        #expect((table.arrived(&first) === table.arrived(&second)) == isSame)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8::7", "2001:db8::7"), ("::1", "::1"),
        ("::192.0.2.7", "::192.0.2.7"),
    ]) func addressesAreShownAsPeopleKnowThem(_ address: String, _ shown: String) {
        var address = Self.address(address)
        #expect(Listener.text(&address) == shown)
    }

    @Test func manyAddressesDontFillIt() {
        var table = PeerTable(maxConnections: 10)
        var kept = Self.address("192.0.2.1")
        let peer = table.arrived(&kept)
        var most = 0
        for number in 0..<200_000 {
            var address = Self.address("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)")
            table.arrived(&address).connections.subtract(1, ordering: .relaxed)
            most = max(most, table.count)
        }
        #expect(most == PeerTable.spare + 10)
        #expect(table.arrived(&kept) === peer)
    }
}
