import CTessera

/// An outcome as a test compares it: copied out of the call, the error's texts included.
struct TestOutcome: Equatable {
    enum Kind: Equatable {
        case advance(branch: Int)
        case wait(until: Int64)
        case retry(at: Int64, notAttempted: Bool)
        case fail
        case complete
        case unknown(UInt8)
    }

    struct Failure: Equatable {
        var code: String
        var message: String
        var status: Int32
        var request: String
        var response: String
    }

    var row: Int
    var kind: Kind
    var error: Failure?

    init(_ outcome: tessera_outcome) {
        row = Int(outcome.row)
        kind =
            switch UInt32(outcome.kind) {
            case TESSERA_ADVANCE: .advance(branch: Int(outcome.branch))
            case TESSERA_WAIT: .wait(until: outcome.time_us)
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
                code: text($0.pointee.code), message: text($0.pointee.message), status: $0.pointee.http_status,
                request: text($0.pointee.request), response: text($0.pointee.response))
        }
    }
}
