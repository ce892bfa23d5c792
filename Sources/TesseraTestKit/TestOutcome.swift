import CTessera

/// An outcome as a test compares it: copied out of the call, the error's texts included.
public struct TestOutcome: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        case advance(branch: Int)
        case wait(until: Int64)
        case retry(at: Int64, notAttempted: Bool)
        /// A retry in halves, which only a connector's `classify` may report.
        case split
        case fail
        case complete
        case unknown(UInt8)
    }

    public struct Failure: Equatable, Sendable {
        public var code: String
        public var message: String
        public var status: Int32
        public var request: String
        public var response: String

        public init(code: String, message: String, status: Int32, request: String, response: String) {
            self.code = code
            self.message = message
            self.status = status
            self.request = request
            self.response = response
        }
    }

    public var row: Int
    public var kind: Kind
    public var error: Failure?

    public init(_ outcome: tessera_outcome) {
        row = Int(outcome.row)
        kind =
            switch UInt32(outcome.kind) {
            case TESSERA_ADVANCE: .advance(branch: Int(outcome.branch))
            case TESSERA_WAIT: .wait(until: outcome.time_us)
            case TESSERA_RETRY where UInt32(outcome.flags) & TESSERA_OUTCOME_SPLIT != 0: .split
            case TESSERA_RETRY:
                .retry(
                    at: outcome.time_us,
                    notAttempted: UInt32(outcome.flags) & TESSERA_OUTCOME_NOT_ATTEMPTED != 0)
            case TESSERA_FAIL: .fail
            case TESSERA_COMPLETE: .complete
            default: .unknown(outcome.kind)
            }
        error = outcome.error.map {
            Failure(
                code: String(borrowed: $0.pointee.code), message: String(borrowed: $0.pointee.message),
                status: $0.pointee.http_status, request: String(borrowed: $0.pointee.request),
                response: String(borrowed: $0.pointee.response))
        }
    }
}
