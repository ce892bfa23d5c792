import CPlatform

extension PluginHost {
    /// Prepares this process for plugins in processes of their own: none of them can look into its memory, and what one
    /// leaves behind is ended. Once, at the start of a program that starts children through plugin hosts only.
    public static func prepareProcess() {
        _ = tessera_hide_memory()
        Nursery.shared.adoptOrphans()
    }
}
