/// The Swift toolchain that built this plugin. A gateway maps a Swift plugin into its own process only when both come from
/// the same one, since they share the Swift runtime; it compares the text.
public enum Toolchain {
    #if compiler(>=6.5)
        public static let current = "swift-6.5"
    #elseif compiler(>=6.4)
        public static let current = "swift-6.4"
    #elseif compiler(>=6.3)
        /// Major and minor version: patch releases keep the runtime's layout.
        public static let current = "swift-6.3"
    #else
        #error("TesseraPluginKit needs Swift 6.3 or newer")
    #endif
}
