import Payload
import TesseraPluginKit

extension BrazeConnector {
    /// 201 with `{"message": "success", "errors": [{"type": "…", "input_array": "attributes", "index": 3}]}`: objects named in
    /// `errors` were not taken, all others were. Fatal errors have a status of 4xx and a `message`; where `errors` then names
    /// every object, each is at fault itself.
    /// https://www.braze.com/docs/api/errors/
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        let parsed = answer.body.isEmpty ? nil : try? ConfigValue(json: answer.body)
        var members: [String: ConfigValue] = [:]
        if case .object(let object)? = parsed { members = object }
        let verdict = AnswerVerdict(answer, from: "Braze")
        let faults = faults(members["errors"])
        let isEachAtFault = (0..<request.rows.count).allSatisfy { faults[$0] != nil }
        switch verdict {
        case .delivered: break
        case .split where isEachAtFault: break
        default:
            return verdict.saying(members["message"]).report(request.rows, at: retryAt(answer), to: &outcomes)
        }
        for (place, row) in request.rows.enumerated() {
            if let fault = faults[place] {
                outcomes.fail(
                    row, RowError(.badRequest, "Braze did not take the user: \(fault)", httpStatus: answer.status))
            } else {
                outcomes.advance(row)
            }
        }
    }

    /// Why objects were not taken, by their places.
    private func faults(_ errors: ConfigValue?) -> [Int: String] {
        guard case .array(let errors)? = errors else { return [:] }
        var faults: [Int: String] = [:]
        for error in errors {
            guard case .object(let error) = error, case .integer(let index)? = error["index"] else { continue }
            if case .string(let array)? = error["input_array"], array != object.rawValue { continue }
            faults[Int(index)] =
                error["type"].flatMap { if case .string(let type) = $0 { type } else { nil } } ?? "no reason"
        }
        return faults
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
