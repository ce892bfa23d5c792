import Journeys
import TestSupport
import Testing

@testable import Gateway

/// The description as it is served, printed and kept.
@Suite struct ServedDescriptionTests {
    @Test func itIsServedToEveryone() throws {
        let gateway = try TestGateway(plugins: [])
        let answer = try gateway.client().request("GET", "/api/v1/openapi.json")
        #expect(answer.status == 200 && answer[header: "Content-Type"] == "application/json")
        #expect(try JSON.parse(answer.body) == OpenAPIDocument.json)
    }

    @Test func theProgramPrintsIt() throws {
        let printed = try GatewayProcess.run(["openapi"])
        #expect(
            printed.status == 0 && printed.output == String(decoding: OpenAPIDocument.json.indented(), as: UTF8.self))
        #expect(try JSON.parse(Array(printed.output.utf8)) == OpenAPIDocument.json)
    }

    @Test func theKeptCopyIsThePresentOne() throws {
        let kept = try TestFiles.read("Documentation/openapi.json")
        #expect(
            kept == String(decoding: OpenAPIDocument.json.indented(), as: UTF8.self),
            "Documentation/openapi.json is old: tessera openapi > Documentation/openapi.json")
    }

    /// Nothing of the page comes from elsewhere, and what the policy forbids is not in it.
    @Test func thePageStandsAlone() throws {
        let gateway = try TestGateway(plugins: [])
        let answer = try gateway.client().request("GET", "/docs")
        #expect(answer.status == 200 && answer[header: "Content-Type"] == "text/html; charset=utf-8")
        let policy = answer[header: "Content-Security-Policy"] ?? ""
        #expect(policy.hasPrefix("default-src 'none'") && policy.contains("connect-src 'self'"), "\(policy)")
        let nonce = try #require(policy.firstMatch(of: /script-src '(nonce-[0-9a-f-]{36})'/)?.1.dropFirst(6))
        #expect(
            answer.text.contains("<script nonce=\"\(nonce)\">") && answer.text.contains("<style nonce=\"\(nonce)\">"))
        for foreign in [
            "http://", "https://", "src=", "@import", "url(", "innerHTML", "eval(", "localStorage", "onclick=",
        ] {
            #expect(!answer.text.contains(foreign), "\(foreign)")
        }
    }

    /// What looks at all answers of these tests can fail.
    @Test func anAnswerThatIsNotDescribedIsFound() throws {
        let gateway = try TestGateway(plugins: [])
        let answer = try gateway.client().request("GET", "/healthz")
        func isFound(_ change: (inout HTTPClient.Answer) -> Void) {
            var changed = answer
            change(&changed)
            withKnownIssue { DescribedAnswer.check("GET", "/healthz", changed) }
        }
        DescribedAnswer.check("GET", "/healthz", answer)
        isFound { $0.status = 418 }
        isFound { $0.body = Array(#"{"status":"ok","mood":"fine"}"#.utf8) }
        isFound { $0.headers = [("Content-Type", "text/plain")] }
    }
}
