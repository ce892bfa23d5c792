import Glibc
import Platform

extension PluginHost {
    /// Makes a content of the store usable, after a look at whether it is still what it was: mapped into this process only
    /// when `plugins.lock` says so and it shares our Swift runtime, or needs none; in a process of its own otherwise.
    ///
    /// - Parameters:
    ///   - lock: what the directory's `plugins.lock` says of this content; nil when it says nothing.
    ///   - toolchain: what the probe read; nil when there was none.
    func image(of sha256: String, lock: PluginLock.Entry?, toolchain: String?) throws(Refusal) -> PluginImage {
        guard store.isWhole(sha256) else {
            throw Refusal("the copy in the plugin store is damaged: \(store.path(sha256))", isLasting: false)
        }
        guard let program = configuration.hostProgram else { return try PluginImage(path: store.path(sha256)) }
        if lock?.isolation == .inproc, let toolchain, toolchain.isEmpty || toolchain == CoreToolchain.current {
            return try PluginImage(path: store.path(sha256))
        }
        let launch = RemoteLaunch(
            program: program, path: store.path(sha256),
            limits: lock?.limits(configuration.limits) ?? configuration.limits,
            grantsSecrets: lock?.grantsSecrets ?? false, files: configuration.closedFiles,
            version: configuration.version,
            gateway: getpid())
        return try PluginImage(RemotePlugin(launch, sha256: sha256, environment: environment))
    }
}

/// The Swift toolchain that built the gateway, as TesseraPluginKit's `Toolchain.current` names it.
enum CoreToolchain {
    #if compiler(>=6.5)
        static let current = "swift-6.5"
    #elseif compiler(>=6.4)
        static let current = "swift-6.4"
    #else
        static let current = "swift-6.3"
    #endif
}
