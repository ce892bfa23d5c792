import Payload
import TesseraPluginKit

/// The parts of the config, each with what can be wrong with it.
extension HTTPConnector {
    static func secrets(_ config: ConfigReader) -> [String: String] {
        guard let value = config.value("secrets") else { return [:] }
        guard case .object(let members) = value else {
            config.problem("secrets", "secrets must be an object of names and texts, not \(value.kindName)")
            return [:]
        }
        var secrets: [String: String] = [:]
        for (name, value) in members {
            if case .string(let token) = value, !token.isEmpty {
                secrets[name] = token
            } else if value != .null {
                config.problem(
                    at: ConfigProblem.pointer("/secrets", name), "a secret is a text that is not empty")
            }
        }
        return secrets
    }

    static func url(_ config: ConfigReader, _ names: inout [String], _ secrets: [String: String]) -> TextTemplate {
        let text = config.text("url", "an http or https URL, a template")
        do throws(TemplateError) {
            let template = try TextTemplate(text, names: &names, secrets: secrets)
            if !text.isEmpty, let problem = problem(in: text, template) { config.problem("url", problem) }
            return template
        } catch {
            config.problem("url", error.message)
            return .empty
        }
    }

    /// Where a request goes must not depend on a member's data, nor hide in a secret.
    private static func problem(in text: String, _ template: TextTemplate) -> String? {
        if let open = text.firstRange(of: "{{"), let scheme = text.firstRange(of: "://") {
            let place = text[scheme.upperBound...].firstIndex { $0 == "/" || $0 == "?" }
            if place.map({ $0 > open.lowerBound }) ?? true {
                return "url must name its host: fields and secrets stand in the path or the query"
            }
        }
        let sample = template.parts.map { part in
            switch part {
            case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
            case .field: "x"
            }
        }.joined()
        return EndpointURL.problem(in: sample)
    }

    static func headers(
        _ config: ConfigReader, _ names: inout [String], _ secrets: [String: String]
    ) -> [(name: String, value: TextTemplate)] {
        guard let value = config.value("headers") else { return [] }
        guard case .object(let members) = value, members.count <= 50 else {
            config.problem("headers", "headers must be an object of at most 50 names and texts")
            return []
        }
        var headers: [(name: String, value: TextTemplate)] = []
        for (name, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let pointer = ConfigProblem.pointer("/headers", name)
            if let problem = HeaderNames.problem(name) {
                config.problem(at: pointer, problem)
                continue
            }
            guard case .string(let text) = value else {
                config.problem(at: pointer, "the value of a header is a text, not \(value.kindName)")
                continue
            }
            if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                config.problem(
                    at: pointer, "the value of a header has no line breaks or control characters: remove them")
                continue
            }
            do throws(TemplateError) {
                headers.append((name, try TextTemplate(text, names: &names, secrets: secrets)))
            } catch {
                config.problem(at: pointer, error.message)
            }
        }
        return headers
    }

    /// - Parameter hasKeys: whether the rows of a batch must carry their keys. A row comes again in another batch, whose own
    ///   key says nothing of it.
    static func body(
        _ config: ConfigReader, _ method: RequestMethod, _ batchSize: Int, hasKeys: Bool, _ names: inout [String]
    ) -> Body {
        guard let value = config.value("body") else {
            if RequestMethod.withBody.contains(method) { return .fields(hasKeys: hasKeys) }
            if batchSize > 1 {
                config.problem("batch_size", "a request without a body is for one row: set batch_size to 1")
            }
            return .none
        }
        if method == .get {
            config.problem("body", "a GET has no body: leave body out, or take another method")
            return .none
        }
        if batchSize == 1, value.rows(at: "/body").isEmpty {
            return .row(
                JSONTemplate(value, at: "/body", names: &names) { config.problem(at: $0, $1) })
        }
        let places = value.rows(at: "/body")
        guard places.count == 1, let place = places.first else {
            config.problem(
                "body",
                "the body for several rows needs {\"$rows\": ROW} once, where their array goes, not \(places.count) times"
            )
            return .none
        }
        var outerNames = [HTTPConnector.rowsPlace]
        let outer = JSONTemplate(value.replacingRows, at: "/body", names: &outerNames) { config.problem(at: $0, $1) }
        for name in outerNames.dropFirst() {
            config.problem("body", "'{{\(name)}}' stands outside of $rows, where no row is: move it into the row")
        }
        let row = JSONTemplate(place.row, at: place.pointer, names: &names) { config.problem(at: $0, $1) }
        // No other template of a batch may name fields.
        if hasKeys, !names.contains(HTTPConnector.keyName) {
            config.problem(
                at: place.pointer,
                "the rows of a batch need their keys, by which the API can tell one that comes again: put \"{{$key}}\" into a "
                    + "field of the row, or set keyless_rows to true if a row that comes twice does no harm")
        }
        let pointer = place.pointer.dropFirst("/body".count).dropLast("/$rows".count)
        return .rows(outer: outer, row: row, pointer: String(pointer))
    }

    /// The name of the outer template's only place.
    static let rowsPlace = "$rows"
    /// The reserved column of the rows' keys.
    private static let keyName = "$key"

    static func idempotencyHeader(_ config: ConfigReader) -> String? {
        switch config.valueOrNull("idempotency_header") {
        case nil: return "Idempotency-Key"
        case .null?: return nil
        case .string(let name)?:
            if let problem = HeaderNames.problem(name) { config.problem("idempotency_header", problem) }
            return name
        case let other?:
            config.problem("idempotency_header", "idempotency_header is a header's name or null, not \(other.kindName)")
            return nil
        }
    }
}

extension ConfigValue {
    /// The rows' templates in a body, with their places.
    fileprivate func rows(at pointer: String) -> [(pointer: String, row: ConfigValue)] {
        switch self {
        case .object(let members):
            if members.count == 1, let row = members[HTTPConnector.rowsPlace] {
                return [(ConfigProblem.pointer(pointer, HTTPConnector.rowsPlace), row)]
            }
            return members.sorted { $0.key < $1.key }.flatMap {
                $0.value.rows(at: ConfigProblem.pointer(pointer, $0.key))
            }
        case .array(let elements):
            return elements.enumerated().flatMap { $1.rows(at: "\(pointer)/\($0)") }
        default: return []
        }
    }

    /// The same with a template's place where the rows go.
    fileprivate var replacingRows: ConfigValue {
        switch self {
        case .object(let members):
            if members.count == 1, members[HTTPConnector.rowsPlace] != nil { return .string("{{$rows}}") }
            return .object(members.mapValues(\.replacingRows))
        case .array(let elements): return .array(elements.map(\.replacingRows))
        default: return self
        }
    }
}

/// Names of headers that a config may set.
enum HeaderNames {
    private static let owned = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "expect", "upgrade", "te", "trailer",
        "proxy-connection",
    ]

    static func problem(_ name: String) -> String? {
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
        if !isToken { return "a header's name consists of letters, digits and hyphens" }
        if owned.contains(name.lowercased()) { return "the header \(name) is set by the gateway: leave it out" }
        return nil
    }
}
