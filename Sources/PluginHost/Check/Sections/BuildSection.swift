import CTessera
import Columns
import Journeys

/// Lets a connector make requests of batches of all sizes.
struct BuildSection {
    let subject: CheckSubject
    let type: PluginImage.ConnectorType
    private var session: CheckSession { subject.session }

    func run() {
        let connectors = subject.openConnectors(type)
        if connectors.isEmpty { session.fact("not run: no example opens") }
        for (_, connector) in connectors {
            let now = subject.host.clock.now()
            for rows in Set([0, 1, 7, connector.maxRows]).sorted() where rows <= connector.maxRows {
                for nulls in SampleRows.Nulls.allCases where rows > 0 || nulls == .none {
                    let what = "a batch of \(rows) rows \(nulls.rawValue) (\(connector.what))"
                    session.step("build \(what)") {
                        let batch = GuardedBatch(connector.rows(nulls, arrivedAt: now).batch(rows: rows))
                        judge(BuildTry(connector, batch, now: now), connector, rows: rows, what)
                    }
                }
            }
            session.step("build the same batch twice (\(connector.what))") {
                let batches = (0..<2).map { _ in
                    GuardedBatch(connector.rows(arrivedAt: now).batch(rows: min(7, connector.maxRows)))
                }
                let tries = batches.map { BuildTry(connector, $0, now: now) }
                session.check(
                    .sameRequests, tries[0].made.requests == tries[1].made.requests,
                    "the same batch became other requests when it came again (\(connector.what)): build is pure, and a "
                        + "retry must be the same request")
            }
            session.step("close (\(connector.what))") { connector.close() }
        }
    }

    private func judge(_ attempt: BuildTry, _ connector: ConnectorSubject, rows: Int, _ what: String) {
        session.check(.runStatus, attempt.status == 0, "build returned \(attempt.status) for \(what)")
        var counts = [Int](repeating: 0, count: rows)
        for row in attempt.made.requests.flatMap(\.rows) + attempt.made.refused {
            guard Int(row) < rows else {
                session.check(.rowRange, false, "named row \(row) of \(what): there are \(rows)")
                continue
            }
            counts[Int(row)] += 1
        }
        session.check(.rowRange, true, "")
        let missing = counts.filter { $0 == 0 }.count
        let repeated = counts.filter { $0 > 1 }.count
        session.check(
            .rowInOneRequest, missing == 0 || attempt.status != 0,
            "\(missing) rows of \(what) are in no request and were not reported either")
        session.check(.rowInOneRequest, repeated == 0, "\(repeated) rows of \(what) are in more than one request")
        for request in attempt.made.requests { judge(request, connector, what) }
    }

    private func judge(_ request: BuiltRequest, _ connector: ConnectorSubject, _ what: String) {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(100), as: UTF8.self) }
        session.check(
            .request, request.sizeIsWhole, "a request of \(what) lies about its size: set it to sizeof(tessera_request)"
        )
        session.check(
            .request, !request.method.isEmpty && request.method.allSatisfy { $0 >= 65 && $0 <= 90 },
            "the method '\(text(request.method))' of \(what) is none: use POST, PUT …")
        session.check(
            .request, isURL(request.url, connector),
            "the URL '\(text(request.url))' of \(what) is no http or https URL")
        session.check(.request, !request.rows.isEmpty, "a request of \(what) carries no row")
        for header in request.headers {
            session.check(
                .request, !header.name.isEmpty && header.name.allSatisfy(Self.isToken),
                "the header name '\(text(header.name))' of \(what) is none")
            session.check(
                .request, !header.value.contains { $0 == 13 || $0 == 10 || $0 == 0 },
                "the header '\(text(header.name))' of \(what) has CR, LF or NUL in its value: it would be refused")
        }
        session.check(
            .request, request.signature <= TESSERA_SIGN_STANDARD_WEBHOOKS,
            "a request of \(what) asks for the unknown signature \(request.signature)")
        if request.signature == TESSERA_SIGN_STANDARD_WEBHOOKS {
            session.check(
                .request, !request.messageID.isEmpty && (1...2).contains(request.signingTokens.count),
                "a request of \(what) asks for a signature: it needs a message_id and one or two signing_tokens")
        }
        for token in connector.tokens.map({ Array($0.utf8) }) {
            let places = [("body", request.body), ("method", request.method), ("message_id", request.messageID)]
            for (place, bytes) in places + request.headers.map({ ("header name", $0.name) }) {
                session.check(
                    .tokens, !Self.contains(bytes, token),
                    "a token stands in the \(place) of a request of \(what): only header values and the URL may hold one"
                )
            }
        }
        let known = Set(connector.tokens.map { Array($0.utf8) })
        session.check(
            .tokens, request.signingTokens.allSatisfy(known.contains),
            "a request of \(what) is to be signed with a token that was not issued")
    }

    private func isURL(_ url: [UInt8], _ connector: ConnectorSubject) -> Bool {
        // A URL that is itself the secret is a token here.
        if connector.tokens.contains(where: { url.starts(with: $0.utf8) }) { return true }
        let text = String(decoding: url, as: UTF8.self)
        let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
        return !rest.isEmpty && !url.contains { $0 <= 32 || $0 == 127 }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count, let first = part.first else { return false }
        return (0...(bytes.count - part.count)).contains {
            bytes[$0] == first && bytes[$0..<($0 + part.count)].elementsEqual(part)
        }
    }
}
