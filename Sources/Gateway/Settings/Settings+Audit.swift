import Store

extension Settings {
    /// How much of the audit log is kept, of each workspace and of the server.
    static let audit: [Setting] = [
        Setting(
            name: "audit_days", kind: .number(1...36_500), placeholder: "N",
            meaning: "days that entries of the audit log are kept",
            preset: .integer(presets.auditRetention.age / day)
        ) { $1.auditRetention.age = ($0.integerValue ?? 0) * day },
        Setting(
            name: "audit_entries", kind: .number(100...10_000_000), placeholder: "N",
            meaning: "entries kept of the audit log of each workspace, and of the server's",
            preset: .integer(Int64(presets.auditRetention.entries))
        ) { $1.auditRetention.entries = Int($0.integerValue ?? 0) },
        Setting(
            name: "audit_megabytes", kind: .number(1...1_000_000), placeholder: "N",
            meaning: "MiB of documents kept with them", preset: .integer(presets.auditRetention.bytes >> 20)
        ) { $1.auditRetention.bytes = ($0.integerValue ?? 0) << 20 },
    ]

    private static let day: Int64 = 86_400_000_000
}
