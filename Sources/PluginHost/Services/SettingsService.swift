import CTessera

/// `tessera.settings/1`: the operator's settings that plugins may read. They stand for the life of the process.
final class SettingsService: @unchecked Sendable {
    private let values: [String: LentText]
    private var table: LentTable<tessera_settings_service, SettingsService>?

    init(_ settings: [String: String]) {
        values = settings.mapValues(LentText.init)
        table = LentTable(
            tessera_settings_service(
                size: UInt32(MemoryLayout<tessera_settings_service>.size), reserved: 0,
                get: { service, name in
                    guard let service else { return tessera_str() }
                    return LentTable<tessera_settings_service, SettingsService>.owner(of: service).value(name)
                }),
            owner: self)
    }

    var pointer: UnsafeRawPointer? { table.map { UnsafeRawPointer($0.pointer) } }

    private func value(_ name: tessera_str) -> tessera_str {
        values[String(borrowed: name, limit: 256)]?.text ?? tessera_str()
    }
}
