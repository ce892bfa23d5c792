import HTTPServer
import Testing

@testable import Gateway

@Suite struct RouterTests {
    private static func route(_ method: HTTPMethod, _ pattern: String) -> Route {
        Route(method, pattern, .everyone, .read { _ in Reply(body: []) })
    }
    private let router = Router([
        route(.get, "/a/{x}"), route(.post, "/a/test"), route(.get, "/a/{x}/b/{y}"), route(.put, "/a/{x}"),
    ])

    private func match(_ method: HTTPMethod, _ path: String) -> String {
        switch router.match(method, Array(path.utf8)[...]) {
        case .found(let route, let parameters):
            ([route.pattern] + (0..<parameters.count).map { String(decoding: parameters[$0], as: UTF8.self) })
                .joined(separator: " ")
        case .wrongMethod(let allowed): "405 " + allowed.map(\.description).joined(separator: ",")
        case .unknown: "404"
        case .malformed: "400"
        }
    }

    @Test(arguments: [
        (HTTPMethod.get, "/a/1", "/a/{x} 1"), (.head, "/a/1", "/a/{x} 1"), (.put, "/a/1", "/a/{x} 1"),
        (.get, "/a/1/b/2", "/a/{x}/b/{y} 1 2"), (.get, "/a/a%2Fb/b/%C3%A4", "/a/{x}/b/{y} a/b ä"),
        (.get, "/%61/1", "/a/{x} 1"), (.post, "/a/test", "/a/test"),
        // A literal wins, and is not given up for a parameter.
        (.get, "/a/test", "405 POST,OPTIONS"), (.delete, "/a/1", "405 GET,PUT,HEAD,OPTIONS"),
        (.get, "/a", "404"), (.get, "/a/", "404"), (.get, "/a//b/2", "404"), (.get, "/", "404"), (.get, "a/1", "404"),
        (.get, "/a/1/", "404"), (.get, "/a/1/b/2/c", "404"), (.get, "/a/%4", "400"), (.get, "/a/%gg", "400"),
    ]) func paths(_ method: HTTPMethod, _ path: String, _ expected: String) {
        #expect(match(method, path) == expected)
    }

    /// Two routes on one method and path would hide each other.
    @Test func everyRouteIsReached() {
        let router = Router(Routes.all)
        for route in Routes.all {
            let path = route.pattern.replacing("{", with: "").replacing("}", with: "")
            guard case .found(let found, _) = router.match(route.method, Array(path.utf8)[...]) else {
                Issue.record("\(route.pattern) is not found")
                continue
            }
            #expect(found.pattern == route.pattern && found.parameterNames == route.parameterNames)
        }
    }
}
