import CTessera
import CTesseraTest

/// An opened connector of a plugin under test, called through the C table. Closed with the last reference.
public final class TestConnector {
    /// For the functions of `tessera_test.h`.
    public let connector: UnsafeMutablePointer<tessera_test_connector>

    /// What `build` told.
    public struct Told {
        public var requests: [TestRequest]
        /// Of rows that can't be sent.
        public var outcomes: [TestOutcome]
        /// Whether each row of the batch stands in exactly one request, or was failed instead.
        public var isWhole: Bool
    }

    /// A function of the plugin did not return 0.
    public struct CallFailed: Error {
        public let status: Int32
    }

    /// - Throws: `OpenProblems` when the plugin refuses the config.
    public init(_ library: PluginLibrary, _ id: String, config: String) throws {
        let connector = UnsafeMutablePointer<tessera_test_connector>.allocate(capacity: 1)
        guard tessera_test_open_connector(connector, library.plugin, id, config) != 0 else {
            defer {
                tessera_test_problems_free(&connector.pointee.problems)
                connector.deallocate()
            }
            throw OpenProblems(connector.pointee.problems)
        }
        self.connector = connector
    }

    deinit {
        tessera_test_close_connector(connector)
        connector.deallocate()
    }

    /// The fields that the destination takes; empty when it takes any.
    public var columns: [String] {
        var names: UnsafePointer<tessera_str>?
        let count =
            connector.pointee.interface.pointee.columns?(connector.pointee.type, connector.pointee.instance, &names)
            ?? 0
        return copies(of: names, count)
    }

    /// - Throws: `CallFailed`.
    public func build(_ batch: TestBatch, now: Int64 = 0) throws -> Told {
        guard let told = tessera_test_build(connector, batch.pointer, now) else { throw CallFailed(status: -1) }
        defer { tessera_test_told_requests_free(told) }
        guard told.pointee.status == 0 else { throw CallFailed(status: told.pointee.status) }
        let requests = (0..<told.pointee.count).compactMap { told.pointee.list[$0].map { TestRequest($0.pointee) } }
        return Told(
            requests: requests, outcomes: Self.outcomes(told.pointee.outcomes),
            isWhole: tessera_test_is_whole(told, batch.count) != 0)
    }

    /// The outcomes that an answer gives to a request with these rows.
    /// - Throws: `CallFailed`.
    public func classify(
        rows: [UInt32], request sent: String = "", transport: UInt32 = TESSERA_TRANSPORT_OK, status: Int32 = 0,
        body: String = "", message: String = "", retryAt: Int64 = 0, now: Int64 = 0
    ) throws -> [TestOutcome] {
        let result = body.withBorrowedText { body in
            message.withBorrowedText { message in
                sent.withBorrowedText { sent in
                    rows.withUnsafeBufferPointer { rows in
                        var request = tessera_request()
                        request.size = UInt32(MemoryLayout<tessera_request>.size)
                        request.body = sent
                        request.rows = rows.baseAddress
                        request.row_count = rows.count
                        var answer = tessera_answer()
                        answer.size = UInt32(MemoryLayout<tessera_answer>.size)
                        answer.transport = transport
                        answer.status = status
                        answer.body = body
                        answer.message = message
                        answer.retry_at_us = retryAt
                        return tessera_test_classify_answer(connector, &request, &answer, now)
                    }
                }
            }
        }
        guard let result else { throw CallFailed(status: -1) }
        defer { tessera_test_classification_free(result) }
        guard result.pointee.status == 0 else { throw CallFailed(status: result.pointee.status) }
        return Self.outcomes(result.pointee.outcomes)
    }

    /// What is said against a config; nil when it opens.
    public static func refusal(_ library: PluginLibrary, _ id: String, config: String) -> OpenProblems? {
        do {
            _ = try TestConnector(library, id, config: config)
            return nil
        } catch {
            return error as? OpenProblems
        }
    }

    private static func outcomes(_ kept: tessera_test_outcomes) -> [TestOutcome] {
        (0..<kept.count).compactMap { kept.list[$0].map { TestOutcome($0.pointee.outcome) } }
    }
}
