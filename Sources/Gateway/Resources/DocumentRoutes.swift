import HTTPServer

/// The API's own description: for programs, and for people with a browser.
enum DocumentRoutes {
    static func openAPI(_ call: Call) throws -> Reply { Reply(body: OpenAPIDocument.bytes) }

    /// One page without anything from elsewhere: the policy forbids all but its own script, its own style, and calls of
    /// this gateway.
    static func docs(_ call: Call) throws -> Reply {
        var reply = Reply(contentType: "text/html; charset=utf-8", body: DocsPage.bytes)
        reply.headers = [
            ("Content-Security-Policy", DocsPage.policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-cache"),
        ]
        return reply
    }
}
