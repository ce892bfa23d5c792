import Journeys
import PluginHost
import Store

/// A destination's config taken apart: what may be shown, and the secrets by their pointers.
///
/// In the stored config a null stands where a secret was taken out, so that arrays of secrets keep their length.
struct DestinationSecrets {
    /// What GET shows instead of a secret, and what keeps it in a PUT.
    static let mask: JSON = "********"

    /// As it is stored.
    let open: JSON
    let secrets: [String: [UInt8]]

    /// As GET shows it.
    var masked: JSON { Self.masked(open, secrets.keys.sorted()) }

    /// - Parameter config: with the secrets in place, each a string.
    init(_ config: JSON, marks: SchemaMarks) {
        var secrets: [String: [UInt8]] = [:]
        open = marks.replacingSecrets(in: config) { pointer, value in
            guard let text = value.stringValue else { return nil }
            secrets[pointer] = Array(text.utf8)
            return .null
        }
        self.secrets = secrets
    }

    static func masked(_ config: JSON, _ pointers: [String]) -> JSON {
        pointers.reduce(config) { $0.placing(mask, at: $1) }
    }

    /// A stored config with its secrets back in place.
    static func joined(_ config: JSON, _ secrets: [String: [UInt8]]) -> JSON {
        secrets.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .reduce(config) { $0.placing(.string(String(decoding: $1.value, as: UTF8.self)), at: $1.key) }
    }

    /// The destination of the path with its secrets.
    static func find(_ call: Call) throws -> (DestinationRecord, [String: [UInt8]]) {
        let id = try call.id("destination")
        return try call.rooms.control.read { reader in
            guard let destination = try reader.destination(workspaceID: call.workspaceID, id: id) else {
                throw APIError.notFound("destination")
            }
            return (destination, try reader.destinationSecrets(workspaceID: call.workspaceID, id: id))
        }
    }
}

extension JSON {
    /// This value with another one put at an RFC 6901 pointer. Objects on the way are made when they are missing; an index
    /// at an array's end appends; what does not fit otherwise stays as it is.
    func placing(_ value: JSON, at pointer: String) -> JSON {
        guard pointer.utf8.first == UInt8(ascii: "/") else { return pointer.isEmpty ? value : self }
        let steps = pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .map { String($0.replacing("~1", with: "/").replacing("~0", with: "~")) }
        return placing(value, at: steps[...])
    }

    private func placing(_ value: JSON, at steps: ArraySlice<String>) -> JSON {
        guard let step = steps.first else { return value }
        switch self {
        case .object(var members):
            members[step] = (members[step] ?? .null).placing(value, at: steps.dropFirst())
            return .object(members)
        case .array(var elements):
            guard let index = Int(step), (0...elements.count).contains(index) else { return self }
            let element = (index < elements.count ? elements[index] : .null).placing(value, at: steps.dropFirst())
            if index < elements.count { elements[index] = element } else { elements.append(element) }
            return .array(elements)
        case .null:
            // Missing: an index begins an array, a name an object.
            let parent: JSON = step == "0" ? [] : [:]
            return parent.placing(value, at: steps)
        default: return self
        }
    }
}
