import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// Uploads are streamed, in one transaction, and leave no trace when they break.
@Suite struct UploadTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace

    init() throws {
        gateway = try TestGateway(plugins: [])
        workspace = try gateway.makeWorkspace()
    }

    private func head(_ framing: String, table: String = "t") -> String {
        """
        PUT \(workspace.base)/sources/\(workspace.sourceID)/tables/\(table)/rows?key=id HTTP/1.1\r
        Host: x\r
        Authorization: Bearer \(workspace.key)\r
        Content-Type: text/csv\r
        \(framing)\r
        \r

        """
    }

    private func rows() throws -> JSON {
        try workspace.json(
            "POST", "/models/preview",
            #"{"source_id": "\#(workspace.sourceID)", "sql_query": "SELECT count(*) AS n FROM t"}"#)["rows"]?[0]?["n"]
            ?? .null
    }

    /// 20 MB in pieces, far more than waits in memory for the loader.
    @Test func aLargeUploadFlowsThrough() throws {
        let client = try gateway.client()
        try client.send(head("Transfer-Encoding: chunked"))
        func chunk(_ text: String) throws {
            try client.send(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
        }
        try chunk("id,text\n")
        let filler = String(repeating: "x", count: 1000)
        for piece in 0..<200 {
            try chunk((0..<100).map { "\(piece * 100 + $0),\(filler)\n" }.joined())
        }
        try client.send("0\r\n\r\n")
        let answer = try #require(try client.receiveAnswer(to: "PUT"))
        #expect(answer.status == 200 && answer.text.contains("\"rows\":20000"), "\(answer.text)")
        #expect(try rows() == 20000)
    }

    @Test func aBrokenConnectionLeavesTheTableAsItWas() throws {
        try workspace.upload("id,n\n1,1\n2,2\n", table: "t")
        let client = try gateway.client()
        try client.send(head("Content-Length: 1000"))
        try client.send("id,n\n3,3\n4,4\n")
        client.close()
        try workspace.upload("id,n\n5,5\n", table: "t")
        #expect(try rows() == 3)
    }

    @Test func aRefusalInTheMiddleEndsTheUpload() throws {
        let client = try gateway.client()
        try client.send(head("Content-Length: 5000000"))
        try client.send("a,b\n" + String(repeating: "1,2\n", count: 1000))
        let answer = try #require(try client.receiveAnswer(to: "PUT"))
        #expect(answer.status == 422 && answer.text.contains("'key'"), "\(answer.text)")
    }

    @Test func continueIsSentOnlyToThoseWhoMay() throws {
        let client = try gateway.client()
        try client.send(head("Content-Length: 5\r\nExpect: 100-continue"))
        #expect(String(decoding: try client.receive(), as: UTF8.self).hasPrefix("HTTP/1.1 100"))
        try client.send("id\n1\n")
        #expect(try client.receiveAnswer(to: "PUT")?.status == 200)
        let stranger = try gateway.client()
        try stranger.send(
            head("Content-Length: 5000000\r\nExpect: 100-continue").replacing(workspace.key, with: "sk_live_no"))
        #expect(try stranger.receiveAnswer(to: "PUT")?.status == 401)
    }
}
