/// All that a child needs to know to become a plugin's process.
struct RemoteLaunch: Sendable {
    /// `tessera-plugin-host`.
    var program: String
    /// The content in the store.
    var path: String
    var limits: IsolationLimits
    /// Whether destinations' secrets may be shown to it.
    var grantsSecrets: Bool
    /// What of the file system is closed to it.
    var files: ClosedFiles
    /// The gateway's version, for the plugin's logs.
    var version: String
    /// The gateway itself, so that the child knows when it is too late to ask to die with it.
    var gateway: Int32

    var body: [UInt8] {
        var body = WireWriter()
        body.text(path)
        body.text(files.data ?? "")
        body.list(files.readOnly) { $0.text($1) }
        body.text(version)
        body.integer(gateway)
        body.integer(limits.memoryBytes)
        body.integer(limits.openFiles)
        return body.bytes
    }

    /// Reads what `body` has written; what the child need not know is left out.
    init(_ body: inout WireReader) throws(WireError) {
        program = ""
        path = try body.text()
        let data = try body.text()
        let readOnly = try body.list { body throws(WireError) in try body.text() }
        files = ClosedFiles(data: data.isEmpty ? nil : data, readOnly: readOnly)
        version = try body.text()
        gateway = try body.integer()
        limits = IsolationLimits(memoryBytes: try body.integer(), openFiles: try body.integer())
        grantsSecrets = false
    }

    init(
        program: String, path: String, limits: IsolationLimits, grantsSecrets: Bool, files: ClosedFiles,
        version: String, gateway: Int32
    ) {
        self.files = files
        self.program = program
        self.path = path
        self.limits = limits
        self.grantsSecrets = grantsSecrets
        self.version = version
        self.gateway = gateway
    }
}
