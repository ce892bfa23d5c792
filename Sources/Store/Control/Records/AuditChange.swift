import Journeys

/// What was done. The raw value is what the API shows.
public enum AuditAction: String, Sendable, Hashable, CaseIterable {
    case created, updated, deleted
    // Of journeys.
    case activated, paused, resumed, drained, archived
    // Of runs.
    case triggered, cancelled
    // Of members and dead letters.
    case retried, skipped, removed
    // Of tables of a source.
    case uploaded
    // Of destinations.
    case enabled
    // Of keys.
    case rotated, revoked
    // Of plugins.
    case loaded, reloaded
    case rolledBack = "rolled_back"
    case retired
}

/// What it was done with. The raw value is what the API shows.
public enum AuditObject: String, Sendable, Hashable, CaseIterable {
    case journey, run, member, source, table, model, destination, workspace, plugin
    case apiKey = "api_key"
    /// Parked members of any journey, chosen by a filter.
    case deadLetters = "dead_letters"
}

/// One change as the audit log tells of it: with documents of before and after that hold no secret.
public struct AuditChange: Sendable, Hashable {
    public var action: AuditAction
    public var object: AuditObject
    /// Of the object, by which its other changes are found.
    public var objectID: String?
    /// JSON text; nil where there was nothing.
    public var before: [UInt8]?
    public var after: [UInt8]?

    /// - Parameter after: the JSON text of what was made.
    public init(_ action: AuditAction, _ object: AuditObject, _ id: String?, after: [UInt8]) {
        self.action = action
        self.object = object
        objectID = id
        self.after = after
    }

    /// - Parameter before: the JSON text of what is gone.
    public init(_ action: AuditAction, _ object: AuditObject, _ id: String?, before: [UInt8]) {
        self.action = action
        self.object = object
        objectID = id
        self.before = before
    }

    public init(_ action: AuditAction, _ object: AuditObject, _ id: String?, before: JSON? = nil, after: JSON? = nil) {
        self.action = action
        self.object = object
        objectID = id
        self.before = before?.serialized()
        self.after = after?.serialized()
    }

    /// A change of an object that stays: of both documents only the members that differ, without `updated_at`.
    public init(_ action: AuditAction, _ object: AuditObject, _ id: String?, from before: JSON, to after: JSON) {
        let (old, new) = (before.objectValue ?? [:], after.objectValue ?? [:])
        func changed(_ members: [String: JSON], _ others: [String: JSON]) -> JSON {
            .object(members.filter { $0.key != "updated_at" && others[$0.key] != $0.value })
        }
        self.init(action, object, id, before: changed(old, new), after: changed(new, old))
    }
}

/// Who changes something.
public struct AuditAuthor: Sendable, Hashable {
    /// Nil where no key was needed.
    public var keyID: String?
    /// Of the key; `command_line` for who has the data directory.
    public var role: String
    /// Of the key, as it was called then.
    public var name: String
    /// The address that the request came from.
    public var peer: String?
    public var requestID: String?

    public init(keyID: String?, role: String, name: String, peer: String? = nil, requestID: String? = nil) {
        self.keyID = keyID
        self.role = role
        self.name = name
        self.peer = peer
        self.requestID = requestID
    }

    public static let commandLine = AuditAuthor(keyID: nil, role: "command_line", name: "tessera")
}

/// What a change is signed with in the audit log: who, where and when. It is carried to where the change is written, so that
/// both are in one transaction.
public struct AuditPen: Sendable {
    public var author: AuditAuthor
    /// Whose log it stands in; nil: the server's.
    public var workspaceID: String?
    public var at: Int64

    public init(_ author: AuditAuthor, workspaceID: String?, at: Int64) {
        self.author = author
        self.workspaceID = workspaceID
        self.at = at
    }

    public func note(_ change: AuditChange, _ writer: ControlWriter) throws { try writer.insert(change, by: self) }
}

/// One line of the audit log.
public struct AuditEntry: Sendable, Hashable {
    /// Counts all changes of all workspaces.
    public var number: Int64
    public var at: Int64
    public var workspaceID: String?
    public var author: AuditAuthor
    public var change: AuditChange
}
