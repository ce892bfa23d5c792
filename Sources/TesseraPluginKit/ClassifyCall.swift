import CTessera

/// One call of a connector's `classify`, valid until it returns.
public struct ClassifyCall {
    private let call: UnsafePointer<tessera_classify_call>

    init(_ call: UnsafePointer<tessera_classify_call>) { self.call = call }

    /// The time of this call, microseconds since 1970 UTC.
    public var now: Int64 { call.pointee.now_us }

    /// A buffer for the outcomes of a request's rows, reported when it goes out of scope.
    public func outcomes(for request: SentRequest) -> Outcomes {
        let call = call
        let report = call.pointee.report
        return Outcomes(capacity: request.rows.count) { report?(call, $0, $1) }
    }
}

/// A request as `build` made it. Valid until `classify` returns.
public struct SentRequest {
    /// The request as it was lent.
    public let pointer: UnsafePointer<tessera_request>

    init(_ pointer: UnsafePointer<tessera_request>) { self.pointer = pointer }

    /// The rows that it carries, indices into the batch.
    public var rows: some RandomAccessCollection<Int> {
        let rows = UnsafeBufferPointer(start: pointer.pointee.rows, count: pointer.pointee.row_count)
        return rows.lazy.map { Int($0) }
    }
}

/// What came back for a request. Valid until `classify` returns.
public struct Answer {
    /// Why there is no answer.
    public enum Transport: UInt32, Sendable {
        case ok = 0
        /// The name has no address.
        case resolve = 1
        case connect = 2
        case tls = 3
        case timeout = 4
        /// The connection ended before the answer was whole.
        case broken = 5
        /// The guard: an internal address, a bad URL, a token for a foreign origin.
        case refused = 6
    }

    /// The answer as it was lent.
    public let pointer: UnsafePointer<tessera_answer>

    init(_ pointer: UnsafePointer<tessera_answer>) { self.pointer = pointer }

    /// A value that this kit does not know counts as `broken`.
    public var transport: Transport { Transport(rawValue: pointer.pointee.transport) ?? .broken }
    /// The HTTP status; 0 without an answer.
    public var status: Int32 { pointer.pointee.status }
    /// The body, cut to 64 KB.
    public var body: UnsafeRawBufferPointer { pointer.pointee.body.bytes }
    /// Whether the body was as long as is read, so that its end may be missing.
    public var isCut: Bool { body.count >= 65_536 }
    /// Without an answer: what went wrong, for people.
    public var message: String { String(pointer.pointee.message) }
    /// From Retry-After, microseconds since 1970 UTC; 0 without one.
    public var retryAt: Int64 { pointer.pointee.retry_at_us }

    /// The value of a header, its name in lower case; nil when there is none.
    public func header(_ name: String) -> String? {
        UnsafeBufferPointer(start: pointer.pointee.headers, count: pointer.pointee.header_count)
            .first { $0.name.bytes.elementsEqual(name.utf8) }.map { String($0.value) }
    }
}
