import Platform

/// What an operator tells the plugin host.
public struct PluginHostConfiguration: Sendable {
    /// Where plugins are looked for, in this order. Of several files with one plugin id the later directory wins. Each
    /// may hold a `plugins.lock` for its own files.
    public var directories: [String]
    /// Where each file is copied under its hash before it is mapped: `DATA/plugins`. Made when absent.
    public var storeDirectory: String
    /// What plugins read through `tessera.settings/1`, such as `allow-destination`.
    public var settings: [String: String]
    /// The gateway's version, as plugins see it (for their logs).
    public var version: String
    /// `tessera-plugin-host`, which gives a plugin a process of its own. Nil: every plugin is mapped here, as tests of
    /// single rooms want it; a gateway always has one.
    public var hostProgram: String?
    /// The gateway's data, which plugins in processes of their own can't reach but for the store: the store's parent. Nil:
    /// nothing is closed to them.
    public var dataDirectory: String?
    /// What a plugin's own process may use, unless its entry in `plugins.lock` says otherwise.
    public var limits = IsolationLimits()
    /// The command that checks a file in a throw-away process, without the file, which is added as the last argument:
    /// `[hostProgram, "probe"]`. It prints what `PluginProbe.run` gives and ends with 0. Nil: no such check.
    public var probeCommand: [String]?
    /// How long the probe of one file may take, in microseconds of real time.
    public var probeTimeoutUs: Int64
    /// Instances that are kept open though nobody uses them at the moment.
    public var cachedInstances: Int

    public init(
        directories: [String], storeDirectory: String, settings: [String: String] = [:], version: String = "0",
        hostProgram: String? = nil, probeCommand: [String]? = nil, probeTimeoutUs: Int64 = 10_000_000,
        cachedInstances: Int = 1024
    ) {
        self.directories = directories
        self.storeDirectory = storeDirectory
        self.settings = settings
        self.version = version
        self.hostProgram = hostProgram
        self.probeCommand = probeCommand ?? hostProgram.map { [$0, "probe"] }
        self.probeTimeoutUs = probeTimeoutUs
        self.cachedInstances = cachedInstances
    }
}

extension PluginHostConfiguration {
    /// For a gateway: the store and what is closed to plugins lie where its data is.
    public init(
        directories: [String], dataDirectory: String, settings: [String: String], version: String, hostProgram: String?
    ) {
        self.init(
            directories: directories, storeDirectory: PluginStore.directory(in: dataDirectory), settings: settings,
            version: version, hostProgram: hostProgram)
        self.dataDirectory = dataDirectory
    }

    /// What of the file system plugins in processes of their own can't use.
    var closedFiles: ClosedFiles {
        guard let dataDirectory else { return ClosedFiles(data: nil, readOnly: []) }
        // Where the plugins and the programs come from, too.
        let programs = [hostProgram, (try? Files.target(of: "/proc/self/exe"))].compactMap { $0.map(Files.parent) }
        return ClosedFiles(data: dataDirectory, readOnly: [storeDirectory] + directories + programs)
    }
}
