import Glibc

/// What the kernel tells of this process; nil where it does not.
public struct ProcessFigures: Sendable {
    public var residentBytes: Int?
    public var virtualBytes: Int?
    public var cpuSeconds: Double?
    public var threads: Int?
    /// Seconds since 1970 UTC.
    public var startedAt: Double?
    public var openDescriptors: Int?
    public var maxDescriptors: Int?

    public init() {
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            maxDescriptors = Int(clamping: limit.rlim_cur)
        }
        // One of them is that of the look itself.
        openDescriptors = (try? Files.list("/proc/self/fd")).map { $0.count - 1 }
        guard let text = try? Files.read("/proc/self/stat") else { return }
        // The name, in parentheses, may hold anything; what follows is numbers, from the third field on.
        let fields = String(decoding: text, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        func field(_ number: Int) -> Int? { fields.count > number - 3 ? Int(fields[number - 3]) : nil }
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        if let user = field(14), let system = field(15) { cpuSeconds = Double(user + system) / ticks }
        threads = field(20)
        virtualBytes = field(23)
        residentBytes = field(24).map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
        if let start = field(22), let boot = Self.bootTime() { startedAt = boot + Double(start) / ticks }
    }

    private static func bootTime() -> Double? {
        guard let text = try? Files.read("/proc/stat") else { return nil }
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) }
    }
}
