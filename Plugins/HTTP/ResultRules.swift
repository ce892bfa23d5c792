import Payload
import TesseraPluginKit

/// Where an answer says what became of single rows, as the config has it.
struct ResultRules: Sendable {
    enum Lists: String, CaseIterable {
        /// Rows that are not listed were taken.
        case failures
        /// Every row is listed.
        case all
    }

    enum Match: String, CaseIterable {
        /// By its place in the request, from 0, that the result names; by the place of the result; by a field that the
        /// result and the row in the request have in common.
        case index, order, field
    }

    enum Result {
        case ok, temporary, refused
    }

    let pointer: String
    let lists: Lists
    let match: Match
    let matchPointer: String
    /// Of a field: where the request's rows have it.
    let requestPointer: String
    let statusPointer: String?
    let ok: [ConfigValue]
    let retry: [ConfigValue]
    let messagePointer: String

    /// Nil when the config has none.
    init?(_ config: ConfigReader) {
        guard let given = config.value("results") else { return nil }
        guard case .object = given else {
            config.problem("results", "results must be an object, not \(given.kindName)")
            return nil
        }
        let rules = config.object("results")
        pointer = Self.pointer(rules, "pointer", nil)
        lists = rules.choice("lists", default: Lists.failures)
        match = rules.choice("match", default: Match.index)
        matchPointer = Self.pointer(rules, "match_pointer", match == .field ? nil : "/index")
        requestPointer = Self.pointer(rules, "request_pointer", matchPointer)
        statusPointer = rules.value("status_pointer") == nil ? nil : Self.pointer(rules, "status_pointer", "")
        ok = Self.values(rules, "ok")
        retry = Self.values(rules, "retry")
        messagePointer = Self.pointer(rules, "message_pointer", "/message")
        if lists == .all, statusPointer == nil || ok.isEmpty {
            rules.problem(
                "lists", "where all rows are listed, status_pointer and ok must say which of them were taken")
        }
    }

    private static func pointer(_ rules: ConfigReader, _ name: String, _ standard: String?) -> String {
        switch rules.value(name) {
        case nil:
            if standard == nil { rules.problem(name, "\(name) is required: give a JSON pointer such as /errors") }
            return standard ?? ""
        case .string(let text)? where text.isEmpty || text.hasPrefix("/"): return text
        default:
            rules.problem(name, "\(name) must be a JSON pointer such as /errors, or \"\" for the whole")
            return standard ?? ""
        }
    }

    private static func values(_ rules: ConfigReader, _ name: String) -> [ConfigValue] {
        switch rules.value(name) {
        case nil: return []
        case .array(let values)?: return values
        case let other?:
            rules.problem(name, "\(name) must be an array of values, not \(other.kindName)")
            return []
        }
    }

    /// Brackets around a result.
    var depth: Int { 1 + pointer.utf8.count { $0 == UInt8(ascii: "/") } }

    func result(_ element: ConfigValue) -> Result {
        guard let statusPointer, let status = element.value(at: statusPointer) else { return .refused }
        if ok.contains(status) { return .ok }
        return retry.contains(status) ? .temporary : .refused
    }
}

extension ConfigValue {
    /// What stands at an RFC 6901 pointer; nil when nothing does.
    func value(at pointer: String) -> ConfigValue? {
        var value = self
        for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = String(step.replacing("~1", with: "/").replacing("~0", with: "~"))
            switch value {
            case .object(let members):
                guard let member = members[name] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }
}
