import HTTPServer
import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Gateway

/// Every route × {own, another workspace's, no such} object × {own, other workspace's, viewer's, editor's, expired, revoked, no}
/// key: the status of each cell; what is refused does nothing; nothing of a workspace is in an answer to another one's caller;
/// and what does something stands in the audit log.
@Suite struct TenantMatrixTests {
    @Test func everyRouteHasARow() {
        let routes = Set(Routes.all.map { "\($0.method) \($0.pattern)" })
        let rows = MatrixRows.all.map(\.route)
        for route in routes.subtracting(rows) {
            Issue.record("\(route) is new: give it a row in Tests/GatewayTests/Matrix/MatrixRow.swift")
        }
        #expect(Set(rows).subtracting(routes).isEmpty, "rows of no route")
        #expect(Set(rows).count == rows.count)
    }

    @Test func everyCell() throws {
        let matrix = try TenantMatrix()
        let rows = Dictionary(MatrixRows.all.map { ($0.route, $0) }) { $1 }
        for route in Routes.all {
            if let row = rows["\(route.method) \(route.pattern)"] { try matrix.check(route, row) }
        }
        #expect(matrix.cells > 1000)
    }
}

/// The matrix over one gateway with two workspaces.
private final class TenantMatrix {
    enum Caller: CaseIterable { case own, other, viewer, editor, expired, revoked, nobody }

    private let gateway: TestGateway
    private let one: MatrixWorld
    private let two: MatrixWorld
    /// Callers of a workspace's routes, and of the server's, whose own key is an operator's.
    private var keys: [Caller: String] = [:]
    private var serverKeys: [Caller: String] = [:]
    /// Beside the gateway, to see what it has stored.
    private let store: ControlStore
    private(set) var cells = 0

    init() throws {
        gateway = try TestGateway {
            $0.limits.requestsPerKey = 0
            $0.limits.requestsPerAddress = 0
            $0.limits.strangersPerAddress = 0
        }
        one = try MatrixWorld(gateway, "one")
        two = try MatrixWorld(gateway, "two")
        store = try ControlStore(dataDirectory: gateway.directory.path + "/data", clock: gateway.clock, log: .silent)
        let revoked = try one.makeKey()
        keys = [
            .own: one.workspace.key, .other: two.workspace.key, .viewer: try one.makeKey(#", "role": "viewer""#).text,
            .editor: try one.makeKey(#", "role": "editor""#).text,
            .expired: try one.makeKey(#", "expires_at": "2024-01-15T09:30:01Z""#).text, .revoked: revoked.text,
        ]
        // They have been good, and the gateway knows them.
        for caller in [Caller.expired, .revoked] {
            #expect(try one.workspace.call("GET", "/journeys", key: keys[caller]).status == 200)
        }
        gateway.clock.advance(2_000_000)
        try one.workspace.json("DELETE", "/api-keys/\(revoked.id)")
        let now = gateway.clock.now()
        let ended = try store.write { writer in
            try [now, nil].map { expiry in
                try writer.createAPIKey(
                    workspaceID: nil, name: "Ended", role: .operator, expiresAt: expiry, by: "test", at: now - 1)
            }
        }
        try store.write { try $0.revokeAPIKey(workspaceID: nil, id: ended[1].key.id, at: now) }
        serverKeys = [
            .own: gateway.operatorKey, .other: one.workspace.key, .viewer: keys[.viewer] ?? "",
            .editor: keys[.editor] ?? "", .expired: ended[0].secret.text, .revoked: ended[1].secret.text,
        ]
    }

    deinit { store.close() }

    func check(_ route: Route, _ row: MatrixRow) throws {
        let before = try lastNotes()
        var passing: [(caller: Caller, names: [String: String])] = []
        for (names, isOwn) in choices(route, row) {
            for caller in Caller.allCases {
                guard let expected = expected(route, row, caller, names, isOwn) else { continue }
                // An operator's are all workspaces.
                if expected == row.status, isOwn || expected < 300 {
                    passing.append((caller, names))
                } else {
                    try call(route, row, caller, names, expected)
                }
            }
        }
        #expect(try lastNotes() == before, "\(row.route): a call that was refused has left an entry in the audit log")
        for (caller, names) in passing {
            let names = try names.merging(row.fresh(one)) { $1 }
            let before = try lastNotes()
            try call(route, row, caller, names, row.status)
            let after = try lastNotes()
            guard let notes = row.notes else {
                #expect(after == before, "\(row.route) by \(caller) leaves an entry, and its row names none")
                continue
            }
            let place = route.access == .server ? 0 : 1
            #expect(
                after[place].number > before[place].number && after[place].name == notes,
                "\(row.route) by \(caller): \(after[place].name) is noted, not \(notes)")
        }
    }

    /// The path's parameters: all own; and each of them another one's, and of nothing.
    private func choices(_ route: Route, _ row: MatrixRow) -> [(names: [String: String], isOwn: Bool)] {
        var choices = [(one.names, true)]
        for parameter in route.parameterNames where !row.free.contains(parameter) {
            for name in [two.names[parameter], MatrixWorld.nothing(parameter)] where name != one.names[parameter] {
                choices.append((one.names.merging([parameter: name ?? ""]) { $1 }, false))
            }
        }
        return choices
    }

    /// Nil for what is no cell: the other workspace's key in its own workspace.
    private func expected(
        _ route: Route, _ row: MatrixRow, _ caller: Caller, _ names: [String: String], _ isOwn: Bool
    ) -> Int? {
        if route.access == .everyone { return row.status }
        if [.expired, .revoked, .nobody].contains(caller) { return 401 }
        if route.parameterNames.first == "workspace" {
            if caller == .other { return names["workspace"] == two.names["workspace"] ? nil : 403 }
            if names["workspace"] != one.names["workspace"] { return 403 }
        }
        let may =
            switch route.access {
            case .everyone, .anyKey: true
            case .viewer: caller != .other
            case .editor: caller == .own || caller == .editor
            case .admin, .server: caller == .own
            case .anyAdmin: caller == .own || caller == .other
            }
        if !may { return 403 }
        // An operator sees all workspaces.
        return isOwn || names["id"] == two.names["id"] ? row.status : 404
    }

    private func call(
        _ route: Route, _ row: MatrixRow, _ caller: Caller, _ names: [String: String], _ expected: Int
    ) throws {
        cells += 1
        let path = names.reduce(route.pattern) { $0.replacing("{\($1.key)}", with: $1.value) }
        let body = row.body.map { one.fill($0).replacing("{unique}", with: "\(cells)") }
        var headers: [(String, String)] = []
        let key = (route.access == .server ? serverKeys : keys)[caller]
        if let key { headers.append(("Authorization", "Bearer \(key)")) }
        if body != nil { headers.append(("Content-Type", row.contentType)) }
        let answer = try gateway.client().request(
            route.method.description, path, headers: headers, body: body.map { Array($0.utf8) })
        let cell = "\(route.method) \(path) by \(caller)"
        #expect(answer.status == expected, "\(cell): \(answer.text.prefix(300))")
        DescribedAnswer.check(route.method.description, path, answer)
        // Operators see all workspaces, and so do the figures for them.
        if route.pattern == "/metrics" || (route.access == .server && caller == .own) { return }
        let strangers =
            switch caller {
            case .own, .viewer, .editor: [two]
            case .other: route.access == .server ? [two] : [one]
            case .expired, .revoked, .nobody: [one, two]
            }
        let asked = path + (body ?? "")
        let text = answer.text + answer.headers.map { "\n\($0.name): \($0.value)" }.joined()
        for canary in strangers.flatMap(\.canaries) where text.contains(canary) && !asked.contains(canary) {
            Issue.record("\(cell) tells of \(canary): \(text.prefix(500))")
        }
    }

    /// The newest entries of the logs of the server and of both workspaces.
    private func lastNotes() throws -> [Note] {
        try store.read { reader in
            try [nil, one.workspace.id, two.workspace.id].map { workspaceID in
                let entry = try reader.audit(workspaceID: workspaceID, limit: 1).entries.first
                return Note(
                    number: entry?.number ?? 0,
                    name: entry.map { "\($0.change.object.rawValue) \($0.change.action.rawValue)" } ?? "nothing")
            }
        }
    }

    private struct Note: Equatable {
        var number: Int64
        var name: String
    }
}
