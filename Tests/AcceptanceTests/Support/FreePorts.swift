import Testing

/// Ports for programs that can't be told to take any.
enum FreePorts {
    /// Two that were free a moment ago.
    static func two() throws -> (UInt16, UInt16) {
        let first = try InstalledReceiver()
        let second = try InstalledReceiver()
        func port(_ receiver: InstalledReceiver) -> UInt16? {
            receiver.url.split(separator: ":").last.flatMap { UInt16($0.prefix { $0.isNumber }) }
        }
        return (try #require(port(first)), try #require(port(second)))
    }
}
