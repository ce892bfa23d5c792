/// A parked member: its last attempt failed for good, and it stands at its tile until a person decides.
public struct DeadLetter: Sendable {
    /// The journey's id and its number in this store.
    public var journeyID: String
    public var journey: Int32
    public var key: [UInt8]
    /// Nil when the tile has no id any more.
    public var tileID: String?
    public var destinationID: String?
    public var code: String
    public var message: String
    public var httpStatus: Int?
    public var attempts: Int
    public var failedAt: Int64
    /// Which entry of the member it is: 1, 2 …
    public var entry = 0
}

/// Which dead letters are meant; nil and empty is all.
public struct DeadLetterFilter: Sendable {
    public var journeyID: String?
    public var tileID: String?
    public var destinationID: String?
    public var code: String?
    /// Failed at that time or later, and before that time; microseconds since 1970 UTC.
    public var since: Int64?
    public var until: Int64?
    public var keys: Set<[UInt8]>?

    public init() {}

    func admits(_ letter: DeadLetter) -> Bool {
        func fits(_ wanted: String?, _ text: String?) -> Bool {
            wanted.map { wanted in text.map { $0.utf8.elementsEqual(wanted.utf8) } ?? false } ?? true
        }
        return fits(journeyID, letter.journeyID) && fits(tileID, letter.tileID)
            && fits(destinationID, letter.destinationID) && fits(code, letter.code)
            && keys.map { $0.contains(letter.key) } ?? true
    }
}

/// Where a page of dead letters ended.
public struct DeadLetterCursor: Sendable, Equatable {
    public var failedAt: Int64
    public var journey: Int32
    public var key: [UInt8]

    public init(failedAt: Int64, journey: Int32, key: [UInt8]) {
        self.failedAt = failedAt
        self.journey = journey
        self.key = key
    }
}
