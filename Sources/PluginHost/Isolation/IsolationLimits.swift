/// What a plugin's own process may use.
public struct IsolationLimits: Sendable, Hashable {
    /// Bytes of private memory.
    public var memoryBytes: UInt64
    /// Open file descriptors.
    public var openFiles: UInt32
    /// Microseconds of processor time from the beginning of a batch; the kernel counts whole seconds.
    public var batchProcessorUs: Int64
    /// Microseconds of real time for `start`, `open`, `close` and `retire`, which have no deadline.
    public var controlTimeoutUs: Int64
    /// The same for `build` and `classify`: they only compute, and the transport's other destinations wait meanwhile.
    public var connectorTimeoutUs: Int64

    public init(
        memoryBytes: UInt64 = 1 << 30, openFiles: UInt32 = 256, batchProcessorUs: Int64 = 60_000_000,
        controlTimeoutUs: Int64 = 10_000_000, connectorTimeoutUs: Int64 = 2_000_000
    ) {
        self.memoryBytes = memoryBytes
        self.openFiles = openFiles
        self.batchProcessorUs = batchProcessorUs
        self.controlTimeoutUs = controlTimeoutUs
        self.connectorTimeoutUs = connectorTimeoutUs
    }
}
