import HTTPServer
import Platform
import Testing
import TestSupport

/// What one well-behaved client sees.
@Suite struct ExchangeTests {
    @Test func keepAlive() throws {
        let server = try TestServer(TestHandler.echo())
        let client = try server.client()
        for number in 1...3 {
            let answer = try client.request("POST", "/a?n=\(number)", text: "body \(number)")
            #expect(answer.status == 200)
            #expect(answer.text == "POST /a?n=\(number) body \(number)")
            #expect(answer[header: "Date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
            #expect(answer[header: "Connection"] == nil)
        }
        #expect(server.server.figures == figures(connections: 1, accepted: 1, requests: 3))
    }

    private func figures(connections: Int, accepted: Int, requests: Int) -> ServerFigures {
        var figures = ServerFigures()
        figures.connections = connections
        figures.accepted = accepted
        figures.requests = requests
        return figures
    }
}
