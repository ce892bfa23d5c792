import HTTPServer
import Journeys
import Testing
import TestSupport

@testable import Gateway

/// Holds answers of a real gateway to what the API's description says of their route.
enum DescribedAnswer {
    private static let router = Router(Routes.all)

    /// Records an issue when the status, the content type or the body is not as described. Paths without a route, and
    /// methods that they don't have, are described as a whole only.
    static func check(_ method: String, _ target: String, _ answer: HTTPClient.Answer) {
        let path = target.prefix { $0 != "?" }
        guard case .found(let route, _) = router.match(HTTPMethod(method), Array(path.utf8)[...]) else { return }
        let document = OpenAPIDocument.json
        let name = "\(method) \(route.pattern): \(answer.status)"
        let operation = document["paths"]?[route.pattern]?[route.method.description.lowercased()]
        guard var described = operation?["responses"]?[String(answer.status)] else {
            Issue.record("\(name) is not described: \(answer.text.prefix(500))")
            return
        }
        if let ref = described["$ref"]?.stringValue { described = document.value(at: String(ref.dropFirst())) ?? .null }
        for (header, value) in described["headers"]?.objectValue ?? [:] {
            let isRequired = value["$ref"]?.stringValue.flatMap { document.value(at: String($0.dropFirst())) }?[
                "required"]
            if isRequired == true { #expect(answer[header: header] != nil, "\(name) lacks \(header)") }
        }
        guard let types = described["content"]?.objectValue, !answer.body.isEmpty else { return }
        let type = String((answer[header: "Content-Type"] ?? "").prefix { $0 != ";" })
        guard let schema = types[type]?["schema"] else {
            Issue.record("\(name) is not described as \(type)")
            return
        }
        guard type == "application/json", let body = try? JSON.parse(answer.body) else { return }
        let problems = SchemaCheck(document: document, isStrict: true).problems(body, schema)
        #expect(problems.isEmpty, "\(name): \(problems.prefix(5).joined(separator: "; "))")
    }
}
