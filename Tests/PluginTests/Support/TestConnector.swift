import CTessera
import Columns
import Testing

/// A request as a connector built it.
struct TestRequest: Equatable {
    var method: String
    var url: String
    var headers: [String]
    var body: String
    var rows: [UInt32]
    var signature: UInt32
    var messageID: String
    var signingTokens: [String]

    init(_ request: tessera_request) {
        method = text(request.method)
        url = text(request.url)
        headers = UnsafeBufferPointer(start: request.headers, count: request.header_count)
            .map { "\(text($0.name)): \(text($0.value))" }
        body = text(request.body)
        rows = Array(UnsafeBufferPointer(start: request.rows, count: request.row_count))
        signature = request.signature
        messageID = text(request.message_id)
        signingTokens = UnsafeBufferPointer(start: request.signing_tokens, count: request.signing_token_count).map(text)
    }
}

/// An opened connector of a plugin under test, called through the C table. Closed with the last reference.
final class TestConnector {
    let interface: tessera_connector_interface
    let type: UnsafePointer<tessera_connector_type>
    private let instance: UnsafeMutableRawPointer?

    /// What `build` and `classify` told.
    final class Told {
        var requests: [TestRequest] = []
        var outcomes: [TestOutcome] = []
    }

    /// - Throws: `OpenProblems` when the plugin refuses the config.
    init(_ library: PluginLibrary, _ id: String, config: String) throws {
        let interface = try #require(library.connectors).pointee
        self.interface = interface
        let type = try #require(
            (0..<Int(interface.type_count)).compactMap { interface.types[$0] }.first {
                String(cString: $0.pointee.id) == id
            })
        self.type = type
        var instance: UnsafeMutableRawPointer?
        try collectingProblems { call in withText(config) { interface.open(type, $0, nil, call, &instance) } }
        self.instance = instance
    }

    deinit { interface.close(type, instance) }

    func build(_ batch: RecordBatch) throws -> Told {
        let told = Told()
        var call = tessera_build_call(
            size: UInt32(MemoryLayout<tessera_build_call>.size), flags: 0,
            context: Unmanaged.passUnretained(told).toOpaque(), now_us: 0,
            request: { call, request in
                guard let told = TestConnector.told(call?.pointee.context), let request else { return }
                told.requests.append(TestRequest(request.pointee))
            },
            report: { call, outcomes, count in
                let outcomes = UnsafeBufferPointer(start: outcomes, count: count)
                TestConnector.told(call?.pointee.context)?.outcomes += outcomes.map { TestOutcome($0) }
            })
        let status = batch.withArrow { schema, array in interface.build(type, instance, schema, array, &call) }
        try #require(status == 0)
        return withExtendedLifetime(told) { told }
    }

    /// The outcomes that an answer gives to a request with these rows.
    func classify(
        rows: [UInt32], transport: UInt32 = TESSERA_TRANSPORT_OK, status: Int32 = 0, body: String = "",
        message: String = "", retryAt: Int64 = 0
    ) throws -> [TestOutcome] {
        let told = Told()
        var call = tessera_classify_call(
            size: UInt32(MemoryLayout<tessera_classify_call>.size), flags: 0,
            context: Unmanaged.passUnretained(told).toOpaque(), now_us: 0,
            report: { call, outcomes, count in
                let outcomes = UnsafeBufferPointer(start: outcomes, count: count)
                TestConnector.told(call?.pointee.context)?.outcomes += outcomes.map { TestOutcome($0) }
            })
        let result = withText(body) { body in
            withText(message) { message in
                rows.withUnsafeBufferPointer { rows in
                    var request = tessera_request()
                    request.size = UInt32(MemoryLayout<tessera_request>.size)
                    request.rows = rows.baseAddress
                    request.row_count = rows.count
                    var answer = tessera_answer()
                    answer.size = UInt32(MemoryLayout<tessera_answer>.size)
                    answer.transport = transport
                    answer.status = status
                    answer.body = body
                    answer.message = message
                    answer.retry_at_us = retryAt
                    return interface.classify(type, instance, &request, &answer, &call)
                }
            }
        }
        try #require(result == 0)
        return withExtendedLifetime(told) { told.outcomes }
    }

    /// The problems of a config that must be refused.
    static func problems(_ library: PluginLibrary, _ id: String, config: String) throws -> OpenProblems {
        try #require(throws: OpenProblems.self) { try TestConnector(library, id, config: config) }
    }

    private static func told(_ context: UnsafeMutableRawPointer?) -> Told? {
        context.map { Unmanaged<Told>.fromOpaque($0).takeUnretainedValue() }
    }
}
