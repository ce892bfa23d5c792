import CSockets
import Glibc
import Platform
import Synchronization

/// Whom connections come from: an IPv4 address, or the 64 bits of an IPv6 network, of which one caller has all addresses.
/// Lives while it has connections, and for some time after. Any thread.
public final class Peer: Sendable {
    /// Open ones, those included that are being refused.
    let connections = Atomic<Int>(0)
    /// For the handler: a token for each request.
    public let requests = TokenBucket()
    /// For the handler: a token for each request that did not say who sends it.
    public let strangers = TokenBucket()

    public init() {}
}

/// The peers of a server. An attacker of many addresses can't make it grow: those without a connection are forgotten when
/// there are many. [first reactor's thread]
struct PeerTable {
    private struct Network: Hashable {
        var high: UInt64
        var low: UInt64
    }
    private var peers: [Network: Peer] = [:]
    private let limit: Int

    /// How many without a connection are remembered, at the least.
    static let spare = 16_384

    /// - Parameter maxConnections: open ones, of which each may be of another peer.
    init(maxConnections: Int) { limit = maxConnections + PeerTable.spare }

    var count: Int { peers.count }

    /// The peer of an accepted connection, which is counted with it.
    mutating func arrived(_ address: inout sockaddr_storage) -> Peer {
        let network = PeerTable.network(&address)
        let peer: Peer
        if let known = peers[network] {
            peer = known
        } else {
            if peers.count >= limit { peers = peers.filter { $1.connections.load(ordering: .relaxed) > 0 } }
            peer = Peer()
            peers[network] = peer
        }
        peer.connections.wrappingAdd(1, ordering: .relaxed)
        return peer
    }

    private static func network(_ address: inout sockaddr_storage) -> Network {
        let family = Int32(address.ss_family)
        return withUnsafeBytes(of: &address) { bytes in
            // The address follows port, and in IPv6 the flow label.
            guard family == AF_INET6 else {
                return Network(high: 0, low: UInt64(bytes.load(fromByteOffset: 4, as: UInt32.self)))
            }
            let high = bytes.load(fromByteOffset: 8, as: UInt64.self)
            // ::ffff:0:0/96 holds the IPv4 addresses, which are one caller's each.
            if high == 0, bytes.load(fromByteOffset: 16, as: UInt32.self) == UInt32(0xFFFF).bigEndian {
                return Network(high: 0, low: UInt64(bytes.load(fromByteOffset: 20, as: UInt32.self)))
            }
            // 1 in place of the rest: no IPv4 address is told so.
            return Network(high: high, low: 1 << 32)
        }
    }
}
