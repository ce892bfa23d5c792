import Glibc

/// Limits and deadlines of an `HTTPServer`. Durations are microseconds of real time.
public struct ServerConfiguration: Sendable {
    /// A name or address to listen on; `0.0.0.0` and `::` mean every interface.
    public var host: String
    /// 0 takes a free port, which `start` returns.
    public var port: UInt16
    /// TLS is spoken on the port, and nothing else, when these are given.
    public var tls: TLSFiles?
    /// Threads that serve connections; one core is left to the writer of the store.
    public var reactors: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)

    /// Request line and header fields together.
    public var maxHeaderBytes = 16 * 1024
    public var maxHeaderCount = 100
    /// The request line alone.
    public var maxRequestLineBytes = 8 * 1024
    /// Streamed bodies; collected ones have the limit that `BodyPolicy.collect` gives.
    public var maxStreamedBytes = 1 << 40
    /// Above it a connection gets 503 and is closed.
    public var maxConnections = 50_000
    /// Of one IPv4 address or one IPv6 network of 64 bits. Above it a connection gets 429 and is closed.
    public var maxConnectionsPerAddress = 20_000
    /// Pipelined requests of one connection that are answered before the others get their turn.
    public var maxPipelined = 16
    /// What may wait for a slow reader before `ResponseStream.write` says `full`.
    public var maxStreamBacklog = 256 * 1024

    /// From the connection's start, or from a request's first byte, to the end of the head.
    public var headerDeadline: Int64 = 10_000_000
    /// A collected body has this long in all. A streamed one must bring `minimumRate` in every such span.
    public var bodyDeadline: Int64 = 30_000_000
    /// A connection without a request.
    public var idleTimeout: Int64 = 75_000_000
    /// An answer must be taken at `minimumRate` in every such span.
    public var writeDeadline: Int64 = 30_000_000
    /// How long a refused peer may go on sending before its connection is reset.
    public var lingerTimeout: Int64 = 2_000_000
    /// Bytes a second.
    public var minimumRate = 256

    public init(host: String = "127.0.0.1", port: UInt16 = 0) {
        self.host = host
        self.port = port
    }
}
