import Delivery
import Journeys
import PluginHost
import Store

/// The body of a destination's POST or PUT, its secrets in clear and in their places.
struct DestinationInput {
    private static let fields: Set<String> = ["name", "destination_type", "config", "limits"]
    private static let serverFields: Set<String> = [
        "id", "workspace_id", "connection_id", "status", "status_error", "created_by", "created_at", "updated_at",
    ]

    let name: String
    let type: ConnectorTypeInfo
    /// With the secrets. Never logged, never answered.
    let config: JSON
    let limits: DestinationRecord.Limits

    /// - Parameter needsName: not for a test.
    static func create(_ json: JSON, _ call: Call, needsName: Bool = true) throws -> DestinationInput {
        var fields = BodyFields(json, known: fields, ignored: serverFields)
        let name = fields.required("name", needsName ? nil : "Test")
        let typeID = fields.required("destination_type")
        let config = fields.object("config", [:])
        let limits = DestinationLimits.read(&fields, DestinationRecord.Limits())
        try fields.finish()
        let type = try connector(typeID, call)
        return DestinationInput(
            name: name, type: type, config: try resolved(config, type, stored: [:]), limits: limits)
    }

    static func update(
        _ present: DestinationRecord, _ secrets: [String: [UInt8]], _ json: JSON, _ call: Call
    ) throws -> DestinationInput {
        var fields = BodyFields(json, known: fields, ignored: serverFields)
        let name = fields.required("name", present.name)
        let typeID = fields.required("destination_type", present.destinationType)
        let config = fields.object("config", DestinationSecrets.masked(present.config, secrets.keys.sorted()))
        let limits = DestinationLimits.read(&fields, present.limits)
        try fields.finish()
        let type = try connector(typeID, call)
        // Another kind of destination, or another address, must not get the secrets of this one: who may not read them
        // could have them sent to a place of his own.
        let isSameType = typeID.utf8.elementsEqual(present.destinationType.utf8)
        let origins = Set(type.marks.origins(in: config))
        let known = Set(type.marks.origins(in: DestinationSecrets.joined(present.config, secrets)))
        let keepsSecrets = isSameType && origins.isSubset(of: known)
        return DestinationInput(
            name: name, type: type, config: try resolved(config, type, stored: keepsSecrets ? secrets : [:]),
            limits: limits)
    }

    /// The config as its connector takes it, or its problems.
    func opened(id: String, _ call: Call) throws -> DestinationSecrets {
        let opened = call.rooms.plugins.openConnector(
            type: type.id, config: config, workspaceID: call.workspaceID, destinationID: id)
        if case .failure(let failure) = opened { throw Self.refusal(failure) }
        return DestinationSecrets(config, marks: type.marks)
    }

    /// 422 with pointers into the body.
    static func refusal(_ failure: OpenFailure) -> APIError {
        .invalid(
            failure.problems.map { Problem(pointer: "/config" + $0.pointer, message: $0.message) },
            code: "invalid_config")
    }

    private static func connector(_ id: String, _ call: Call) throws -> ConnectorTypeInfo {
        if let type = call.rooms.plugins.connectorType(id) { return type }
        let known = call.rooms.plugins.connectorTypes().map(\.id)
        throw APIError.invalid(
            "/destination_type",
            "no loaded plugin provides the connector '\(id)'\(NearNames.phrase(for: id, among: known))")
    }

    /// Puts stored secrets where the mask stands, or nothing does; a null clears.
    private static func resolved(
        _ config: JSON, _ type: ConnectorTypeInfo, stored: [String: [UInt8]]
    ) throws -> JSON {
        var problems: [Problem] = []
        let plain = config.withoutNulls(at: stored.keys)
        var resolved = type.marks.replacingSecrets(in: plain) { pointer, value in
            guard value == DestinationSecrets.mask else { return nil }
            if let secret = stored[pointer] { return .string(String(decoding: secret, as: UTF8.self)) }
            problems.append(
                Problem(
                    pointer: "/config" + pointer,
                    message: "there is no stored secret to keep, or the address has changed: send the secret itself"))
            return nil
        }
        if !problems.isEmpty { throw APIError.invalid(problems) }
        for (pointer, secret) in stored.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
        where config.lacks(pointer) {
            resolved = resolved.placing(.string(String(decoding: secret, as: UTF8.self)), at: pointer)
        }
        return resolved
    }
}

extension JSON {
    /// Whether the member that the pointer's first step names is absent: then the caller did not speak of it at all. An
    /// array of secrets that is given is given whole.
    fileprivate func lacks(_ pointer: String) -> Bool {
        var value = self
        var path = ""
        for step in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if case .array = value { return false }
            path += "/" + step
            guard let next = self.value(at: path) else { return true }
            if next.isNull { return false }
            value = next
        }
        return false
    }

    /// Without the members that are null at these pointers: cleared secrets. Nulls in arrays of secrets go too.
    fileprivate func withoutNulls(at pointers: some Sequence<String>) -> JSON {
        let steps = pointers.map {
            $0.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
                .map { String($0.replacing("~1", with: "/").replacing("~0", with: "~")) }
        }
        return withoutNulls(steps)
    }

    private func withoutNulls(_ paths: [[String]]) -> JSON {
        guard case .object(let members) = self else { return self }
        var result = members
        for (name, member) in members {
            let below = paths.filter { $0.first == name }.map { Array($0.dropFirst()) }
            if below.isEmpty { continue }
            if member.isNull {
                result[name] = nil
            } else {
                result[name] = member.withoutNulls(below)
            }
        }
        return .object(result)
    }
}
