import PluginHost
import Store

/// The plugin host's memory of generations, kept in control.db.
final class ControlGenerationMemory: GenerationMemory {
    private let control: ControlStore

    init(control: ControlStore) { self.control = control }

    func records() throws -> [GenerationRecord] {
        try control.read { try $0.pluginGenerations().map(GenerationRecord.init) }
    }

    func remember(_ records: [GenerationRecord]) throws {
        let records = records.map(PluginGenerationRecord.init)
        try control.write { writer in
            // What leaves comes first, so that it keeps the state that it was given.
            for record in records where !record.state.isCurrent { try writer.recordPluginGeneration(record) }
            for record in records where record.state.isCurrent { try writer.recordPluginGeneration(record) }
        }
    }
}

extension GenerationRecord {
    fileprivate init(_ record: PluginGenerationRecord) {
        self.init(
            pluginID: record.pluginID, sha256: record.sha256, version: record.version,
            state: GenerationState(record.state), reason: record.reason, isolation: record.isolation,
            file: record.file, number: record.number, loadedAt: record.loadedAt)
    }
}

extension PluginGenerationRecord {
    fileprivate init(_ record: GenerationRecord) {
        self.init(
            pluginID: record.pluginID, sha256: record.sha256, version: record.version,
            state: PluginGenerationState(record.state), reason: record.reason, isolation: record.isolation,
            file: record.file, loadedAt: record.loadedAt)
    }
}

extension GenerationState {
    fileprivate init(_ state: PluginGenerationState) {
        switch state {
        case .active: self = .active
        case .quarantined: self = .quarantined
        case .refused: self = .refused
        case .superseded: self = .superseded
        case .rolledBack: self = .rolledBack
        case .retired: self = .retired
        }
    }
}

extension PluginGenerationState {
    fileprivate init(_ state: GenerationState) {
        switch state {
        case .active: self = .active
        case .quarantined: self = .quarantined
        case .refused: self = .refused
        case .superseded: self = .superseded
        case .rolledBack: self = .rolledBack
        case .retired: self = .retired
        }
    }
}
