import Journeys
import PluginHost
import Store

/// Destinations of a file: without their secrets, which are never in it.
extension ImportPlan {
    /// - Parameter onlySame: whether one that would have to be written is left for later (nil).
    func planDestination(_ name: String, _ json: JSON, onlySame: Bool) throws -> Step<DestinationRecord>? {
        let file = try DestinationInput.create(json, call)
        let taken = destinations.map(\.record.id)
        let candidates = try call.rooms.control.read { reader in
            try knownDestinations
                .filter { $0.name.utf8.elementsEqual(file.name.utf8) && !taken.contains($0.id) }
                .map { ($0, try reader.destinationSecrets(workspaceID: call.workspaceID, id: $0.id)) }
        }
        for (record, secrets) in candidates where isSame(record, secrets, file) {
            let lacking = Self.lacking(record.config, file.type.marks).filter { secrets[$0] == nil }
            return Step(name: name, action: .unchanged, record: record, lacking: lacking)
        }
        if onlySame { return nil }
        if let (record, secrets) = try Self.meant(candidates, "destinations", file.name) {
            return try change(record, secrets, json, name)
        }
        let record = DestinationRecord(
            id: try call.newID(), workspaceID: call.workspaceID, name: file.name, destinationType: file.type.id,
            config: [:], limits: file.limits, createdBy: call.actor, createdAt: now, updatedAt: now)
        return try step(name, .create, file, record, [:])
    }

    private func isSame(
        _ record: DestinationRecord, _ secrets: [String: [UInt8]], _ file: DestinationInput
    ) -> Bool {
        guard record.destinationType == file.type.id, record.limits == file.limits else { return false }
        if record.config == file.config { return true }
        // Others could guess until the answer is that it is the same: for them a secret that is given is a change.
        return maySetSecrets && DestinationSecrets.joined(record.config, secrets) == file.config
    }

    /// As a PUT of the whole: secrets stay where the file has null for them, and go where it has nothing. Another address
    /// is refused for a destination that has secrets, as PUT refuses it.
    private func change(
        _ present: DestinationRecord, _ secrets: [String: [UInt8]], _ json: JSON, _ name: String
    ) throws -> Step<DestinationRecord> {
        var members = json.objectValue ?? [:]
        var config = members["config"] ?? [:]
        for pointer in secrets.keys.sorted() {
            switch config.value(at: pointer) {
            case .null?: config = config.placing(DestinationSecrets.mask, at: pointer)
            case nil: config = config.placing(.null, at: config.firstMissing(on: pointer))
            default: break
            }
        }
        members["config"] = config
        members["limits"] = members["limits"] ?? .null
        let input = try DestinationInput.update(present, secrets, .object(members), call)
        let change = try step(name, .update, input, present, secrets)
        // What comes out the same is no change, however the file says it; but nobody else is told that a secret is the right one.
        let mayBeTold = maySetSecrets || input.type.marks.find(.secret, in: json["config"] ?? [:]).isEmpty
        let isSame =
            change.renewed.isEmpty && change.record.config == present.config && change.record.limits == present.limits
            && change.record.destinationType == present.destinationType
        guard isSame, mayBeTold else { return change }
        return Step(name: name, action: .unchanged, record: present, lacking: change.lacking)
    }

    private func step(
        _ name: String, _ action: Action, _ input: DestinationInput, _ present: DestinationRecord,
        _ stored: [String: [UInt8]]
    ) throws -> Step<DestinationRecord> {
        let lacking = Self.lacking(input.config, input.type.marks)
        let config = try open(input, id: present.id, lacking)
        var record = present
        record.name = input.name
        record.destinationType = input.type.id
        record.config = config.open
        record.limits = input.limits
        record.updatedAt = now
        record.status = lacking.isEmpty ? ResourceStatus.connected : ResourceStatus.error
        record.statusError =
            lacking.isEmpty ? "" : "it was imported without its secrets: set \(lacking.joined(separator: ", "))"
        var changes = config.secrets.mapValues(SecretChange.set)
        for pointer in stored.keys where changes[pointer] == nil { changes[pointer] = .clear }
        let renewed = Set(stored.keys).union(config.secrets.keys).filter { stored[$0] != config.secrets[$0] }.sorted()
        return Step(
            name: name, action: action, record: record, lacking: lacking, secrets: changes, renewed: renewed)
    }

    /// That its connector asks for the secrets that are still to be set is no fault of the file.
    private func open(_ input: DestinationInput, id: String, _ lacking: [String]) throws -> DestinationSecrets {
        do {
            return try input.opened(id: id, call)
        } catch let error as APIError {
            let isAboutSecrets = error.problems.allSatisfy { problem in
                lacking.contains { ("/config" + $0 + "/").hasPrefix(problem.pointer + "/") }
            }
            guard isAboutSecrets, !error.problems.isEmpty else { throw error }
            return DestinationSecrets(input.config, marks: input.type.marks)
        }
    }

    /// Where null stands for a secret.
    private static func lacking(_ config: JSON, _ marks: SchemaMarks) -> [String] {
        let found = marks.find(.secret, in: config.withTextsForNulls).map(\.pointer)
        return Set(found).filter { config.value(at: $0)?.isNull == true }.sorted()
    }
}

extension JSON {
    /// Marks are looked for in what is there: null is not.
    fileprivate var withTextsForNulls: JSON {
        switch self {
        case .null: ""
        case .array(let elements): .array(elements.map(\.withTextsForNulls))
        case .object(let members): .object(members.mapValues(\.withTextsForNulls))
        default: self
        }
    }

    /// The beginning of a pointer up to the first step that leads to nothing.
    fileprivate func firstMissing(on pointer: String) -> String {
        var path = ""
        for step in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            path += "/" + step
            if value(at: path) == nil { return path }
        }
        return pointer
    }
}
