import Platform

extension PluginHost {
    /// Makes a content of the store usable, after a look at whether it is still what it was.
    ///
    /// - Parameters:
    ///   - lock: what the directory's `plugins.lock` says of this content; nil when it says nothing.
    ///   - toolchain: what the probe read; nil when there was none.
    func image(of sha256: String, lock: PluginLock.Entry?, toolchain: String?) throws(Refusal) -> PluginImage {
        guard store.isWhole(sha256) else {
            throw Refusal("the copy in the plugin store is damaged: \(store.path(sha256))", isLasting: false)
        }
        return try PluginImage(path: store.path(sha256))
    }
}
