import Payload
import TesseraPluginKit

/// What an answer of success says of single rows. A row of which nothing is known is tried again under its key: it may
/// arrive twice, and is never taken for delivered when it was not.
extension HTTPConnector {
    func read(_ rules: ResultRules, _ request: SentRequest, _ answer: Answer, _ outcomes: inout Outcomes) {
        let rows = Array(request.rows)
        let json = AnswerJSON(answer, resultsAt: rules.depth)
        if json.isEmpty, rules.lists == .failures {
            return AnswerVerdict.delivered.report(rows, at: 0, to: &outcomes)
        }
        let isCut = "the API's answer is larger than 64 KB, so what became of the row is not known: lower batch_size"
        guard let parsed = json.value else {
            let why =
                json.isCut ? isCut : "the API's answer is no JSON, so what became of the rows is not known"
            return outcomes.retry(
                rows, at: answer.retryAt, RowError(.eventParsingFailed, why, httpStatus: answer.status))
        }
        var elements = [ConfigValue?](repeating: nil, count: rows.count)
        var hasStranger = false
        let found = parsed.value(at: rules.pointer) ?? .null
        if case .array(let listed) = found {
            let names = rules.match == .field ? names(in: request, rules) : [:]
            for (index, element) in listed.enumerated() {
                let places = places(of: element, at: index, rules, names).filter(elements.indices.contains)
                for place in places { elements[place] = element }
                if places.isEmpty, rules.result(element) != .ok { hasStranger = true }
            }
        } else if rules.lists == .all || found != .null {
            return outcomes.retry(
                rows, at: answer.retryAt,
                RowError(
                    .eventParsingFailed, "the API's answer has no list of results at '\(rules.pointer)'",
                    httpStatus: answer.status))
        }
        for (row, element) in zip(rows, elements) {
            if let element {
                report(row, element, rules, answer, &outcomes)
            } else if json.isCut {
                outcomes.retry(
                    row, at: answer.retryAt, RowError(.eventParsingFailed, isCut, httpStatus: answer.status))
            } else if rules.lists == .failures, !hasStranger {
                outcomes.advance(row)
            } else {
                let why =
                    hasStranger
                    ? "the API's answer has a result of none of the rows: check match_pointer of results"
                    : "the API's answer says nothing of the row"
                outcomes.retry(row, at: answer.retryAt, RowError(.misc, why, httpStatus: answer.status))
            }
        }
    }

    private func places(
        of element: ConfigValue, at index: Int, _ rules: ResultRules, _ names: [String: [Int]]
    ) -> [Int] {
        if rules.match == .order { return [index] }
        guard let name = element.value(at: rules.matchPointer)?.name else { return [] }
        return rules.match == .index ? Int(name).map { [$0] } ?? [] : names[name] ?? []
    }

    private func report(
        _ row: Int, _ element: ConfigValue, _ rules: ResultRules, _ answer: Answer, _ outcomes: inout Outcomes
    ) {
        var why = "the API did not take the row"
        if case .string(let message)? = element.value(at: rules.messagePointer) { why += ": \(message)" }
        switch rules.result(element) {
        case .ok: outcomes.advance(row)
        case .temporary:
            outcomes.retry(row, at: answer.retryAt, RowError(.serviceUnavailable, why, httpStatus: answer.status))
        case .refused: outcomes.fail(row, RowError(.badRequest, why, httpStatus: answer.status))
        }
    }

    /// The places of the rows by a field that the request's body has of them: a request is all that is known here. Several
    /// rows may have the same.
    private func names(in request: SentRequest, _ rules: ResultRules) -> [String: [Int]] {
        guard let sent = try? ConfigValue(json: request.pointer.pointee.body.bytes) else { return [:] }
        let list: ConfigValue? =
            switch body {
            case .none: nil
            case .row: .array([sent])
            case .fields: batchSize == 1 ? .array([sent]) : sent
            case .rows(_, _, let pointer): sent.value(at: pointer)
            }
        guard case .array(let rows)? = list else { return [:] }
        var names: [String: [Int]] = [:]
        for (place, row) in rows.enumerated() {
            if let name = row.value(at: rules.requestPointer)?.name { names[name, default: []].append(place) }
        }
        return names
    }
}

extension ConfigValue {
    /// A text or a whole number as text: APIs answer with either for the same thing.
    fileprivate var name: String? {
        switch self {
        case .string(let text): text
        case .integer(let integer): String(integer)
        default: nil
        }
    }
}
