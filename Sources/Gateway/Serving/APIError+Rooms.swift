import Engine
import Journeys
import PluginHost
import Store
import Warehouse

extension APIError {
    /// What the rooms below throw, as the contract's statuses. Nil for what is nobody's fault outside: a 500.
    init?(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as JourneyInputError:
            self.init(
                error.status, error.status == 400 ? "invalid_request" : "invalid_value", error.message,
                problems: error.problems)
        case let error as FilterError: self = .invalid(error.problems, code: "invalid_filter")
        case let error as OpenFailure: self = .invalid(error.problems, code: "invalid_config")
        case let error as EngineError: self.init(engine: error)
        case let error as SimulationError: self = .of(error)
        case let error as PluginError: self.init(error)
        case let error as StoreError:
            guard let known = APIError.of(error) else { return nil }
            self = known
        case let error as ModelSQLError:
            guard error.kind != .sourceGone else {
                self.init(503, "source_unavailable", error.message)
                return
            }
            self = .invalid("/sql_query", error.message, code: "invalid_model_sql")
        case let error as SourceGone: self.init(503, "source_unavailable", error.message)
        case let error as WarehouseFailure: self.init(503, "not_stored", error.message)
        case MemberStoreError.closed: self = .stopping
        case let error as UnknownTable: self.init(404, "not_found", error.message)
        case let error as DeadlineExceeded: self.init(422, "deadline_exceeded", error.message)
        case let error as UploadRefused:
            let place = error.parameter.map { $0 == "table" ? "Path segment 'table': " : "Query parameter '\($0)': " }
            self.init(422, "invalid_upload", (place ?? "") + error.message)
        default: return nil
        }
    }

    private init(engine error: EngineError) {
        switch error {
        case .notFound(let message): self.init(404, "not_found", message)
        case .wrongState(_, let message): self.init(409, "wrong_state", message)
        case .conflict(let message): self.init(409, "conflict", message)
        case .busy(let message): self.init(503, "overloaded", message, headers: [("Retry-After", "5")])
        case .changed: self = .changed
        case .invalid(let errors):
            let lines = errors.map(\.message)
            let more = lines.count > 1 ? " (and \(lines.count - 1) more)" : ""
            self.init(
                422, "invalid_journey", "The journey is not valid: \(lines.first ?? "")\(more)",
                problems: errors.map(\.problem), errors: lines)
        }
    }

    private static func of(_ error: SimulationError) -> APIError {
        switch error {
        case .abandoned: .stopping
        case .tooLong(let seconds, let at):
            APIError(
                422, "deadline_exceeded",
                "The simulation came to \(Timestamp.api(at)) in \(seconds) seconds and was given up: ask for fewer days"
            )
        case .noRoom(let reason): APIError(503, "not_stored", "The simulation's copy could not be written: \(reason)")
        case .runFailed(let at, let reason):
            APIError(422, "run_failed", "The run of \(Timestamp.api(at)) would fail: \(reason)")
        }
    }

    /// What the plugin host says to operators.
    init(_ error: PluginError) {
        switch error {
        case .notFound(let message): self.init(404, "plugin_not_found", message)
        case .nothingToRollBack(let message): self.init(409, "nothing_to_roll_back", message)
        case .inUse(let message, let problems): self.init(409, "plugin_in_use", message, problems: problems)
        case .refused(let message, let problems): self.init(422, "plugin_refused", message, problems: problems)
        }
    }

    /// 412.
    static let changed = APIError(
        412, "precondition_failed",
        "The resource is not at the version that If-Match names: read it again and repeat the change on that")

    private static func of(_ error: StoreError) -> APIError? {
        switch error {
        case .notFound(let what): APIError(404, "not_found", "There is no \(what) in this workspace")
        case .conflict(let why): APIError(409, "conflict", why)
        case .tooLarge(let why): APIError(422, "list_too_large", why)
        case .statusChanged(let present):
            APIError(409, "wrong_state", "The journey has become \(present) meanwhile: look at it and try again")
        case .overloaded: .busy
        case .closed: .stopping
        case .notCommitted, .diskFull: APIError(503, "not_stored", "\(error)", headers: [("Retry-After", "10")])
        case .storage where error.passes:
            APIError(503, "not_stored", "\(error)", headers: [("Retry-After", "10")])
        case .staleFence, .corrupt, .newerSchema, .secretKey, .locked, .storage: nil
        }
    }
}
