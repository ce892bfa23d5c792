import CTessera
import Platform

/// A request as a connector made it, copied.
struct BuiltRequest: Hashable, Sendable {
    struct Header: Hashable, Sendable {
        var name: [UInt8]
        var value: [UInt8]
    }
    var sizeIsWhole: Bool
    var signature: UInt32
    var method: [UInt8]
    var url: [UInt8]
    var headers: [Header]
    var body: [UInt8]
    var rows: [UInt32]
    var messageID: [UInt8]
    var signingTokens: [[UInt8]]

    init(_ request: UnsafePointer<tessera_request>) {
        let value = request.pointee
        sizeIsWhole = value.size >= UInt32(MemoryLayout<tessera_request>.size)
        func bytes(_ text: tessera_str) -> [UInt8] {
            Array(UnsafeRawBufferPointer(start: text.data, count: text.data == nil ? 0 : text.length))
        }
        func list<Element>(_ list: UnsafePointer<Element>?, _ count: Int) -> [Element] {
            list.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
        }
        signature = value.signature
        method = bytes(value.method)
        url = bytes(value.url)
        headers = list(value.headers, value.header_count).map { Header(name: bytes($0.name), value: bytes($0.value)) }
        body = bytes(value.body)
        rows = list(value.rows, value.row_count)
        messageID = bytes(value.message_id)
        signingTokens = list(value.signing_tokens, value.signing_token_count).map(bytes)
    }

    /// The request again, in guarded memory of `bundle`.
    func lend(_ bundle: GuardedBundle) -> UnsafePointer<tessera_request> {
        let headers = headers.map { tessera_header(name: bundle.text($0.name), value: bundle.text($0.value)) }
        let tokens = signingTokens.map { bundle.text($0) }
        return bundle.value(
            tessera_request(
                size: UInt32(MemoryLayout<tessera_request>.size), signature: signature, method: bundle.text(method),
                url: bundle.text(url), headers: bundle.list(headers), header_count: headers.count,
                body: bundle.text(body), rows: bundle.list(rows), row_count: rows.count,
                message_id: bundle.text(messageID), signing_tokens: bundle.list(tokens),
                signing_token_count: tokens.count))
    }
}

/// One call of `build` and what it gave.
final class BuildTry {
    struct Made {
        var requests: [BuiltRequest] = []
        /// Rows that were said not to be sendable.
        var refused: [UInt32] = []
    }
    let status: Int32
    let made: Made

    private final class Told: Sendable {
        let made = Monitor(Made())
    }

    init(_ connector: ConnectorSubject, _ batch: GuardedBatch, now: Int64) {
        let told = Told()
        let lent = GuardedBundle(.call)
        let call = lent.value(
            tessera_build_call(
                size: UInt32(MemoryLayout<tessera_build_call>.size), flags: 0,
                context: Unmanaged.passUnretained(told).toOpaque(), now_us: now,
                request: { call, request in
                    guard let request, let told = BuildTry.behind(call) else { return }
                    let copy = BuiltRequest(request)
                    told.made.withLock { $0.requests.append(copy) }
                },
                report: { call, outcomes, count in
                    guard let outcomes, let told = BuildTry.behind(call) else { return }
                    let rows = UnsafeBufferPointer(start: outcomes, count: count).map(\.row)
                    told.made.withLock { $0.refused += rows }
                }))
        batch.lend()
        lent.lend()
        status = connector.build(batch.schema, batch.array, call)
        batch.takeBack()
        lent.takeBack()
        made = told.made.withLock { $0 }
        withExtendedLifetime(told) {}
    }

    private static func behind(_ call: UnsafePointer<tessera_build_call>?) -> Told? {
        call?.pointee.context.map { Unmanaged<Told>.fromOpaque($0).takeUnretainedValue() }
    }
}
