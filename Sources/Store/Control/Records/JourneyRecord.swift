import Journeys

/// A journey as it is now.
public struct JourneyRecord: Sendable, Hashable, Versioned {
    public var id: String
    public var workspaceID: String
    /// The version of the definition, from 1.
    public var version: Int
    public var journey: Journey { didSet { definition = JourneyText.definition(of: journey) } }
    public var status: JourneyStatus
    public var statusError: String
    public var statusChange: Int
    public var createdBy: String
    public var createdAt: Int64
    public var updatedAt: Int64
    public var lastRunID: String?
    /// The `createdAt` of that run.
    public var lastRunAt: Int64?
    /// The journey's text as it is stored, made where the record is made and not on the committer.
    private(set) var definition: [UInt8]

    public init(
        id: String, workspaceID: String, version: Int = 1, journey: Journey, status: JourneyStatus = .draft,
        statusError: String = "", statusChange: Int = 0, createdBy: String, createdAt: Int64, updatedAt: Int64,
        lastRunID: String? = nil, lastRunAt: Int64? = nil
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.version = version
        self.journey = journey
        self.status = status
        self.statusError = statusError
        self.statusChange = statusChange
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastRunID = lastRunID
        self.lastRunAt = lastRunAt
        definition = JourneyText.definition(of: journey)
    }

    /// As it is stored.
    init(head: JourneyHead, journey: Journey, definition: [UInt8]) {
        id = head.id
        workspaceID = head.workspaceID
        version = head.version
        self.journey = journey
        status = head.status
        statusError = head.statusError
        statusChange = head.statusChange
        createdBy = head.createdBy
        createdAt = head.createdAt
        updatedAt = head.updatedAt
        lastRunID = head.lastRunID
        lastRunAt = head.lastRunAt
        self.definition = definition
    }

    /// The orchestration object of the API, as JSON text.
    public var json: [UInt8] {
        var bytes: [UInt8] = []
        JourneyText.append(self, to: &bytes)
        return bytes
    }
}

/// What the scheduler and error messages need of a journey: all but its definition, which is costly to parse.
public struct JourneyHead: Sendable, Hashable, Versioned {
    public var id: String
    public var workspaceID: String
    public var version: Int
    public var name: String
    public var parentModelID: String
    public var schedule: String?
    public var status: JourneyStatus
    public var statusError: String
    public var statusChange: Int
    public var createdBy: String
    public var createdAt: Int64
    public var updatedAt: Int64
    public var lastRunID: String?
    public var lastRunAt: Int64?
}

/// One definition that a journey has or had.
public struct JourneyVersionRecord: Sendable, Hashable {
    public var journeyID: String
    public var version: Int
    public var journey: Journey
    public var createdAt: Int64
    /// The id of a key.
    public var createdBy: String
    /// The name of that key; nil when it is none of the workspace.
    public var authorName: String?
}

/// A journey by name only: one that was deleted and whose traces are still to be removed.
public struct JourneyReference: Sendable, Hashable {
    public var workspaceID: String
    public var id: String
}
