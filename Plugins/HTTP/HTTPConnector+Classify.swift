import Payload
import TesseraPluginKit

extension HTTPConnector {
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        guard answer.transport == .ok, answer.status > 0 else {
            return AnswerVerdict(answer, from: "the API").report(request.rows, at: answer.retryAt, to: &outcomes)
        }
        if success.contains(answer.status) {
            guard let results else { return AnswerVerdict.delivered.report(request.rows, at: 0, to: &outcomes) }
            return read(results, request, answer, &outcomes)
        }
        if retry.contains(answer.status) {
            let code: RowError.Code =
                switch answer.status {
                case 429: .rateLimit
                case 408, 425, 503: .serviceUnavailable
                case 500...: .serverError
                default: .misc
                }
            let error = RowError(
                code, "the API is to be asked again (HTTP \(answer.status))", httpStatus: answer.status)
            return AnswerVerdict.retry(error).report(request.rows, at: answer.retryAt, to: &outcomes)
        }
        switch AnswerVerdict(answer, from: "the API") {
        case .delivered, .retry:
            let error = RowError(
                .misc, "the API answered with a status that is neither success nor retry (HTTP \(answer.status))",
                httpStatus: answer.status)
            AnswerVerdict.fail(error).report(request.rows, at: 0, to: &outcomes)
        case let verdict: verdict.report(request.rows, at: 0, to: &outcomes)
        }
    }

    private func read(_ rules: ResultRules, _ request: SentRequest, _ answer: Answer, _ outcomes: inout Outcomes) {
        let rows = Array(request.rows)
        guard let parsed = try? ConfigValue(json: answer.body) else {
            let error = RowError(
                .eventParsingFailed, "the API's answer is no JSON, so what became of the rows is not known",
                httpStatus: answer.status)
            return outcomes.retry(rows, at: answer.retryAt, error)
        }
        var elements = [ConfigValue?](repeating: nil, count: rows.count)
        if case .array(let listed)? = parsed.value(at: rules.pointer) {
            let names = rules.match == .field ? names(of: rows, in: request, rules) : [:]
            for (index, element) in listed.enumerated() {
                let place: Int? =
                    switch (rules.match, element.value(at: rules.matchPointer)) {
                    case (.order, _): index
                    case (.index, .integer(let place)?): Int(exactly: place)
                    case (.field, .string(let name)?): names[name]
                    default: nil
                    }
                if let place, elements.indices.contains(place) { elements[place] = element }
            }
        } else if rules.lists == .all {
            let error = RowError(
                .eventParsingFailed, "the API's answer has no list of results at '\(rules.pointer)'",
                httpStatus: answer.status)
            return outcomes.retry(rows, at: answer.retryAt, error)
        }
        for (row, element) in zip(rows, elements) { report(row, element, rules, answer, &outcomes) }
    }

    private func report(
        _ row: Int, _ element: ConfigValue?, _ rules: ResultRules, _ answer: Answer, _ outcomes: inout Outcomes
    ) {
        guard let element else {
            if rules.lists == .failures { return outcomes.advance(row) }
            return outcomes.retry(
                row, at: answer.retryAt,
                RowError(.misc, "the API's answer says nothing of the row", httpStatus: answer.status))
        }
        var why = "the API did not take the row"
        if case .string(let message)? = element.value(at: rules.messagePointer) { why += ": \(message)" }
        switch rules.result(element) {
        case .ok: outcomes.advance(row)
        case .temporary:
            outcomes.retry(row, at: answer.retryAt, RowError(.serviceUnavailable, why, httpStatus: answer.status))
        case .refused: outcomes.fail(row, RowError(.badRequest, why, httpStatus: answer.status))
        }
    }

    /// The places of the rows by a field that the request's body has of them: a request is all that is known here.
    private func names(of rows: [Int], in request: SentRequest, _ rules: ResultRules) -> [String: Int] {
        guard let body = try? ConfigValue(json: request.pointer.pointee.body.bytes),
            let list = body.rowList(rows.count) ?? (rows.count == 1 ? [body] : nil)
        else { return [:] }
        var names: [String: Int] = [:]
        for (place, row) in list.enumerated() {
            if case .string(let name)? = row.value(at: rules.requestPointer) { names[name] = place }
        }
        return names
    }
}

extension ConfigValue {
    /// The first array with so many elements, from the outside in: that of the rows.
    fileprivate func rowList(_ count: Int) -> [ConfigValue]? {
        switch self {
        case .array(let elements):
            if elements.count == count { return elements }
            return elements.lazy.compactMap { $0.rowList(count) }.first
        case .object(let members):
            return members.sorted { $0.key < $1.key }.lazy.compactMap { $0.value.rowList(count) }.first
        default: return nil
        }
    }
}
