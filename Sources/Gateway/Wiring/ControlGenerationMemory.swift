import PluginHost
import Store

/// The plugin host's memory of generations, kept in control.db.
final class ControlGenerationMemory: GenerationMemory {
    private let control: ControlStore

    init(control: ControlStore) { self.control = control }

    func records() throws -> [GenerationRecord] {
        try control.read { reader in
            try reader.pluginGenerations().map { record in
                GenerationRecord(
                    pluginID: record.pluginID, sha256: record.sha256, version: record.version,
                    state: GenerationState(record.state), reason: record.reason, number: record.number,
                    loadedAt: record.loadedAt)
            }
        }
    }

    func remember(_ record: GenerationRecord) throws {
        try control.write { writer in
            try writer.recordPluginGeneration(
                pluginID: record.pluginID, sha256: record.sha256, version: record.version,
                state: PluginGenerationState(record.state), reason: record.reason, loadedAt: record.loadedAt)
        }
    }
}

extension GenerationState {
    fileprivate init(_ state: PluginGenerationState) {
        switch state {
        case .active: self = .active
        case .refused: self = .refused
        case .superseded: self = .superseded
        case .rolledBack: self = .rolledBack
        }
    }
}

extension PluginGenerationState {
    fileprivate init(_ state: GenerationState) {
        switch state {
        case .active: self = .active
        case .refused: self = .refused
        case .superseded: self = .superseded
        case .rolledBack: self = .rolledBack
        }
    }
}
