import HTTPServer
import Platform
import Store

/// What an operator tells a gateway.
public struct GatewayConfiguration: Sendable {
    /// DATA: everything that the gateway keeps lies below it. Made when absent.
    public var dataDirectory: String
    /// Where to listen, and the limits and deadlines of connections.
    public var server: ServerConfiguration
    /// Where plugins are looked for, in this order; of several files of one plugin the later directory wins.
    public var pluginDirectories: [String]
    /// CIDR blocks that deliveries may reach though they are internal.
    public var allowedDestinations: [String] = []
    /// Settings that plugins may read (`tessera.settings/1`), by name.
    public var pluginSettings: [String: String] = [:]
    /// The program `tessera-plugin-host`, which checks plugin files and is home to plugins that do not run in the gateway;
    /// nil: files are not checked, and all plugins run in the gateway. For tests.
    public var hostProgram: String?
    /// Whether the plugin directories are watched: new and changed files are taken up while the gateway serves.
    public var watchesPlugins = false
    /// What callers may send.
    public var limits = GatewayLimits()
    public var logLevel = Log.Level.info
    public var version = "0"
    /// Which requests get a line in the log.
    public var accessLog = AccessLog.all
    /// Whether programs on this machine may ask for `/metrics` without a key.
    public var metricsWithoutKey = true
    /// How long requests in flight may go on when the gateway stops, in microseconds.
    public var stopGrace: Int64 = 10_000_000
    /// How much of the audit log is kept.
    public var auditRetention = AuditRetention()
    /// Microseconds of real time between two signs of life on streams of events, with which their keys are looked at again.
    public var eventHeartbeat: Int64 = 15_000_000
    /// Microseconds of real time between two looks at what streams of events have to tell.
    public var eventPause: Int64 = 200_000
    /// Rows of the model in one batch of a run.
    public var batchRows = 8192
    /// Runs of different journeys side by side.
    public var runThreads = 32

    public init(dataDirectory: String, server: ServerConfiguration = ServerConfiguration(), pluginDirectories: [String])
    {
        self.dataDirectory = dataDirectory
        self.server = server
        self.pluginDirectories = pluginDirectories
    }
}
