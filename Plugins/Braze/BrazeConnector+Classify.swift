import Payload
import TesseraPluginKit

extension BrazeConnector {
    /// 201 with `{"message": "success", "errors": [{"type": "…", "input_array": "attributes", "index": 3}]}`: objects named in
    /// `errors` were not taken, all others were. Fatal errors have a status of 4xx and a `message`; where `errors` then names
    /// every object, each is at fault itself.
    /// https://www.braze.com/docs/api/errors/
    ///
    /// An error of none of the objects was meant for one of those that no other names: these are in doubt, and sent again.
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        let json = AnswerJSON(answer, resultsAt: 2)
        var members: [String: ConfigValue] = [:]
        if case .object(let object)? = json.value { members = object }
        let verdict = AnswerVerdict(answer, from: "Braze")
        let (faults, hasStranger) = faults(members["errors"], of: request.rows.count)
        switch verdict {
        case .delivered: break
        case .split where !faults.contains(nil): break
        default:
            return verdict.saying(members["message"]).report(request.rows, at: retryAt(answer), to: &outcomes)
        }
        let doubt: String? =
            if json.isCut {
                "Braze's answer is larger than 64 KB"
            } else if json.value == nil, !json.isEmpty {
                "Braze's answer is no JSON"
            } else if hasStranger {
                "Braze's answer has an error that names none of the users"
            } else {
                nil
            }
        for (row, fault) in zip(request.rows, faults) {
            if let fault {
                outcomes.fail(
                    row, RowError(.badRequest, "Braze did not take the user: \(fault)", httpStatus: answer.status))
            } else if let doubt {
                outcomes.retry(
                    row, at: retryAt(answer),
                    RowError(.misc, "\(doubt), so what became of this one is not known", httpStatus: answer.status))
            } else {
                outcomes.advance(row)
            }
        }
    }

    /// Why objects were not taken, by their places; and whether an error is of none of them.
    private func faults(_ errors: ConfigValue?, of count: Int) -> ([String?], hasStranger: Bool) {
        var faults = [String?](repeating: nil, count: count)
        var hasStranger = false
        switch errors {
        case nil, .null?: break
        case .array(let errors)?:
            for error in errors {
                guard case .object(let error) = error, case .integer(let index)? = error["index"],
                    let place = Int(exactly: index), faults.indices.contains(place),
                    error["input_array"] ?? .null == .null || error["input_array"] == .string(object.rawValue)
                else {
                    hasStranger = true
                    continue
                }
                faults[place] =
                    error["type"].flatMap { if case .string(let type) = $0 { type } else { nil } } ?? "no reason"
            }
        default: hasStranger = true
        }
        return (faults, hasStranger)
    }

    /// Braze says in X-RateLimit-Reset when it takes requests again, in seconds since 1970.
    private func retryAt(_ answer: Answer) -> Int64 {
        if answer.retryAt != 0 || answer.status != 429 { return answer.retryAt }
        guard let reset = answer.header("x-ratelimit-reset"), let seconds = Int64(reset), seconds > 0,
            seconds < 1 << 40
        else { return 0 }
        return seconds * 1_000_000
    }
}

extension AnswerVerdict {
    /// With the API's own words added.
    func saying(_ message: ConfigValue?) -> AnswerVerdict {
        guard case .string(let text)? = message, !text.isEmpty else { return self }
        func with(_ error: RowError) -> RowError {
            var error = error
            error.message += ": \(text)"
            return error
        }
        return switch self {
        case .delivered: self
        case .retry(let error): .retry(with(error))
        case .split(let error): .split(with(error))
        case .fail(let error): .fail(with(error))
        }
    }
}
