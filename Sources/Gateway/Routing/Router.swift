import HTTPServer

/// Finds the route of a path: a tree of segments, compared byte by byte. Built once; any thread.
struct Router: Sendable {
    enum Match: Sendable {
        case found(Route, Parameters)
        /// The path is known, the method is not: the methods that are.
        case wrongMethod(allowed: [HTTPMethod])
        case unknown
        /// A percent sign is not followed by two hex digits.
        case malformed
    }

    private struct Node: Sendable {
        var literals: [(name: [UInt8], node: Int)] = []
        var parameter: Int?
        var routes: [Route] = []
    }
    private var nodes: [Node] = [Node()]
    /// In the order in which they were given, each with its number.
    let routes: [Route]

    init(_ routes: [Route]) {
        self.routes = routes.enumerated().map { number, route in
            var route = route
            route.number = number
            return route
        }
        for route in self.routes {
            var node = 0
            for segment in route.pattern.split(separator: "/") {
                node = segment.hasPrefix("{") ? parameter(of: node) : literal(Array(segment.utf8), of: node)
            }
            nodes[node].routes.append(route)
        }
    }

    private mutating func parameter(of node: Int) -> Int {
        if let next = nodes[node].parameter { return next }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func literal(_ name: [UInt8], of node: Int) -> Int {
        if let next = nodes[node].literals.first(where: { $0.name == name })?.node { return next }
        nodes.append(Node())
        nodes[node].literals.append((name, nodes.count - 1))
        return nodes.count - 1
    }

    /// The route for a percent-encoded path. HEAD is answered by the path's GET. A literal segment wins over a parameter.
    func match(_ method: HTTPMethod, _ path: ArraySlice<UInt8>) -> Match {
        guard path.first == UInt8(ascii: "/") else { return .unknown }
        var node = 0
        var parameters = Parameters()
        var start = path.startIndex + 1
        while start <= path.endIndex {
            var end = start
            var isEncoded = false
            while end < path.endIndex, path[end] != UInt8(ascii: "/") {
                if path[end] == UInt8(ascii: "%") { isEncoded = true }
                end += 1
            }
            var segment = path[start..<end]
            if isEncoded {
                guard let decoded = PercentEncoding.decode(segment) else { return .malformed }
                segment = decoded[...]
            }
            guard let next = step(from: node, segment, &parameters) else { return .unknown }
            node = next
            start = end + 1
        }
        let routes = nodes[node].routes
        if routes.isEmpty { return .unknown }
        for route in routes where route.method == method || (method == .head && route.method == .get) {
            return .found(route, parameters)
        }
        var allowed = routes.map(\.method)
        if allowed.contains(.get) { allowed.append(.head) }
        return .wrongMethod(allowed: allowed + [.options])
    }

    private func step(from node: Int, _ segment: ArraySlice<UInt8>, _ parameters: inout Parameters) -> Int? {
        if segment.isEmpty { return nil }
        for literal in nodes[node].literals where literal.name.elementsEqual(segment) { return literal.node }
        guard let next = nodes[node].parameter, parameters.append(segment) else { return nil }
        return next
    }
}

/// The decoded segments that stand for a pattern's parameters, in order.
struct Parameters: Sendable {
    private var values: InlineArray<4, ArraySlice<UInt8>> = [[], [], [], []]
    private(set) var count = 0

    mutating func append(_ value: ArraySlice<UInt8>) -> Bool {
        guard count < 4 else { return false }
        values[count] = value
        count += 1
        return true
    }

    subscript(index: Int) -> ArraySlice<UInt8> { index < count ? values[index] : [] }
}
