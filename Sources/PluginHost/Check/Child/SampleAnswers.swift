import CTessera

/// What destinations answer, or don't.
struct SampleAnswer {
    var what: String
    var transport = TESSERA_TRANSPORT_OK
    var status: Int32 = 0
    var headers: [(String, String)] = [("content-type", "application/json")]
    var body: [UInt8] = []
    var message = ""
    /// From now; 0 without.
    var retryAfterUs: Int64 = 0

    static let all: [SampleAnswer] = {
        var answers = [200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 408, 410, 413, 422, 500, 502, 503].map {
            SampleAnswer(what: "\($0)", status: $0, body: $0 == 204 ? [] : Array("{\"status\":\"\($0)\"}".utf8))
        }
        answers += [
            SampleAnswer(
                what: "429 with Retry-After", status: 429, headers: [("retry-after", "30")],
                retryAfterUs: 30_000_000),
            SampleAnswer(what: "503 with Retry-After", status: 503, retryAfterUs: 60_000_000),
            SampleAnswer(what: "the status 999", status: 999),
            SampleAnswer(what: "the status 0", status: 0),
            SampleAnswer(what: "200 with a body of garbage", status: 200, body: garbage(200)),
            SampleAnswer(what: "200 with a body of 64 KB", status: 200, body: garbage(65_536)),
            SampleAnswer(what: "200 with half a JSON text", status: 200, body: Array("{\"results\":[{".utf8)),
            SampleAnswer(
                what: "200 with deep JSON", status: 200, body: Array(String(repeating: "[", count: 60_000).utf8)),
            SampleAnswer(what: "400 with a body of garbage", status: 400, headers: [], body: garbage(1000)),
        ]
        let errors: [(String, UInt32)] = [
            ("no address", TESSERA_TRANSPORT_RESOLVE), ("no connection", TESSERA_TRANSPORT_CONNECT),
            ("no TLS", TESSERA_TRANSPORT_TLS), ("a time-out", TESSERA_TRANSPORT_TIMEOUT),
            ("a broken connection", TESSERA_TRANSPORT_BROKEN), ("a refused address", TESSERA_TRANSPORT_REFUSED),
            ("an unknown transport error", 99),
        ]
        answers += errors.map { SampleAnswer(what: $0.0, transport: $0.1, headers: [], message: "it did not work") }
        return answers
    }()

    private static func garbage(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 128) }
    }

    func lend(_ bundle: GuardedBundle, now: Int64) -> UnsafePointer<tessera_answer> {
        let headers = headers.map { tessera_header(name: bundle.text($0.0), value: bundle.text($0.1)) }
        return bundle.value(
            tessera_answer(
                size: UInt32(MemoryLayout<tessera_answer>.size), transport: transport, status: status, reserved: 0,
                headers: bundle.list(headers), header_count: headers.count, body: bundle.text(body),
                message: bundle.text(message), latency_us: 12_345,
                retry_at_us: retryAfterUs == 0 ? 0 : now + retryAfterUs))
    }
}
