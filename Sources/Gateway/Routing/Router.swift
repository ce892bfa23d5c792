import Glibc
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

    /// Plain numbers, so that going through the tree counts no references.
    private struct Node: Sendable {
        /// Places in `literals`.
        var literals: Range<Int>
        /// The node behind any other segment; 0, the root, for none.
        var parameter: Int
        /// Places in `ofNodes`.
        var routes: Range<Int>
    }
    private struct Literal: Sendable {
        /// Places in `text`.
        var name: Range<Int>
        var node: Int
    }

    /// In the order in which they were given, each with its number.
    let routes: [Route]
    private let ofNodes: [Route]
    private let nodes: [Node]
    private let literals: [Literal]
    private let text: [UInt8]

    init(_ routes: [Route]) {
        self.routes = routes.enumerated().map { number, route in
            Route(route.method, route.pattern, route.access, route.action, number: number)
        }
        var tree = [Branch()]
        for route in self.routes {
            var node = 0
            for segment in route.pattern.split(separator: "/") { node = Branch.next(of: node, segment, in: &tree) }
            tree[node].routes.append(route)
        }
        var (ofNodes, literals, text): ([Route], [Literal], [UInt8]) = ([], [], [])
        nodes = tree.map { branch in
            let (firstLiteral, firstRoute) = (literals.count, ofNodes.count)
            for (name, node) in branch.literals {
                literals.append(Literal(name: text.count..<text.count + name.count, node: node))
                text += name
            }
            ofNodes += branch.routes
            return Node(
                literals: firstLiteral..<literals.count, parameter: branch.parameter,
                routes: firstRoute..<ofNodes.count)
        }
        (self.ofNodes, self.literals, self.text) = (ofNodes, literals, text)
    }

    /// The route for a percent-encoded path. HEAD is answered by the path's GET. A literal segment wins over a parameter.
    func match(_ method: HTTPMethod, _ path: ArraySlice<UInt8>) -> Match {
        guard path.first == UInt8(ascii: "/") else { return .unknown }
        // One look at the whole path spares one at each segment.
        let isEncoded = Router.find(UInt8(ascii: "%"), in: path, from: path.startIndex) < path.endIndex
        var node = 0
        var parameters = Parameters(path)
        var start = path.startIndex + 1
        while start <= path.endIndex {
            let end = Router.find(UInt8(ascii: "/"), in: path, from: start)
            let next: Int?
            if isEncoded, path[start..<end].contains(UInt8(ascii: "%")) {
                guard let decoded = PercentEncoding.decode(path[start..<end]) else { return .malformed }
                next = step(from: node, decoded[...]) { parameters.append(decoded) }
            } else {
                next = step(from: node, path[start..<end]) { parameters.append(start..<end) }
            }
            guard let next else { return .unknown }
            node = next
            start = end + 1
        }
        let places = nodes[node].routes
        for place in places where Router.answers(ofNodes[place].method, method) {
            return .found(ofNodes[place], parameters)
        }
        if places.isEmpty { return .unknown }
        var allowed = ofNodes[places].map(\.method)
        if allowed.contains(.get) { allowed.append(.head) }
        return .wrongMethod(allowed: allowed + [.options])
    }

    /// The first place of a byte; the path's end when there is none.
    private static func find(_ byte: UInt8, in path: ArraySlice<UInt8>, from start: Int) -> Int {
        path.withUnsafeBufferPointer { bytes in
            let offset = start - path.startIndex
            guard offset < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + offset, Int32(byte), bytes.count - offset)
            else { return path.endIndex }
            return path.startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }

    private static func answers(_ route: HTTPMethod, _ asked: HTTPMethod) -> Bool {
        switch (route, asked) {
        case (.get, .get), (.get, .head): true
        default: route == asked
        }
    }

    /// The next node; `take` takes a segment that stands for a parameter, if there is room for it.
    private func step(from node: Int, _ segment: ArraySlice<UInt8>, _ take: () -> Bool) -> Int? {
        if segment.isEmpty { return nil }
        let node = nodes[node]
        for place in node.literals where isSame(literals[place].name, segment) { return literals[place].node }
        return node.parameter > 0 && take() ? node.parameter : nil
    }

    private func isSame(_ name: Range<Int>, _ segment: ArraySlice<UInt8>) -> Bool {
        guard name.count == segment.count else { return false }
        return text.withUnsafeBufferPointer { text in
            segment.withUnsafeBufferPointer { segment in
                guard let text = text.baseAddress, let base = segment.baseAddress else { return false }
                return memcmp(text + name.lowerBound, base, segment.count) == 0
            }
        }
    }
}

/// A node of the router's tree while it grows.
private struct Branch {
    var literals: [(name: [UInt8], node: Int)] = []
    var parameter = 0
    var routes: [Route] = []

    /// The node behind a segment of a pattern, made when it is new.
    static func next(of node: Int, _ segment: Substring, in tree: inout [Branch]) -> Int {
        let name = Array(segment.utf8)
        if segment.hasPrefix("{") {
            if tree[node].parameter > 0 { return tree[node].parameter }
            tree[node].parameter = tree.count
        } else {
            if let known = tree[node].literals.first(where: { $0.name == name }) { return known.node }
            tree[node].literals.append((name, tree.count))
        }
        tree.append(Branch())
        return tree.count - 1
    }
}
