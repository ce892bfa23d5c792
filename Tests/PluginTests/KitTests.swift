import TesseraTestKit
import CTessera
import Columns
import Journeys
import Testing

@testable import TesseraPluginKit

/// What of the kit no shipped plugin needs.
@Suite struct KitTests {
    enum Colour: String, CaseIterable { case red, green }

    private func open<Result>(_ config: String, _ read: (ConfigReader) -> Result) -> Swift.Result<Result, ConfigRefusal>
    {
        withText(config) { ConfigReader.open($0, read) }
    }

    private func problems(_ config: String, _ read: (ConfigReader) -> Void) -> [ConfigProblem] {
        guard case .failure(let refusal) = open(config, read) else { return [] }
        return refusal.problems
    }

    @Test func readsEveryKindOfField() throws {
        let config =
            #"{"a": true, "b": 1.5, "c": {"d": "x", "e": {"f": 3}}, "g": ["p", "q"], "h": "green", "i": {"any": [1]}}"#
        let read = open(config) { config -> [String] in
            let c = config.object("c")
            return [
                "\(config.bool("a"))", "\(config.number("b"))", c.text("d"), "\(c.object("e").integer("f"))",
                "\(config.optionalTexts("g", count: 1...2))", "\(config.choice("h", default: Colour.red))",
                "\(config.bool("absent", default: true))", "\(config.number("absent", default: 2))",
                "\(config.choice("absent", default: Colour.red))", config.optionalText("absent") ?? "nil",
                config.value("i") == .object(["any": .array([.integer(1)])]) ? "same" : "other",
            ]
        }
        #expect(
            try read.get() == ["true", "1.5", "x", "3", #"["p", "q"]"#, "green", "true", "2.0", "red", "nil", "same"])
    }

    @Test func findsAllFaultsInOnePass() {
        let config = #"{"a": 1, "b": "x", "c": [], "h": "blue", "z/": {}}"#
        let found = problems(config) { config in
            _ = config.bool("a")
            _ = config.number("b", "a number above 2") { $0 > 2 }
            _ = config.object("c").integer("d")
            _ = config.choice("h", default: Colour.red)
            config.problem("b", "again")
        }
        #expect(
            found == [
                ConfigProblem("/a", "a must be true or false, not 1"),
                ConfigProblem("/b", "b must be a number above 2, not a text"),
                ConfigProblem("/c", "c must be an object, not an array"),
                ConfigProblem("/c/d", "d is required: give an integer"),
                ConfigProblem("/h", "h must be one of red, green, not a text"),
                ConfigProblem("/b", "again"),
                ConfigProblem("/z~1", "unknown field 'z/': remove it, known are a, b, c, h"),
            ])
    }

    @Test func lendsErrorsWhileTheyAreReported() {
        var told: [TestOutcome] = []
        var reports = 0
        do {
            var outcomes = Outcomes(capacity: 2) { pointer, count in
                told += UnsafeBufferPointer(start: pointer, count: count).map { TestOutcome($0) }
                reports += 1
            }
            outcomes.advance(0, branch: 3)
            outcomes.fail([1, 2, 3], RowError(.badRequest, "no", httpStatus: 400, request: "r", response: "s"))
            outcomes.retry(4, at: 9, notAttempted: true, RowError(.rateLimit, "later"))
            outcomes.wait(5, until: 7)
        }
        #expect(told.map(\.row) == [0, 1, 2, 3, 4, 5])
        #expect(
            told.map(\.kind) == [
                .advance(branch: 3), .fail, .fail, .fail, .retry(at: 9, notAttempted: true), .wait(until: 7),
            ])
        #expect(
            told[3].error
                == TestOutcome.Failure(code: "BAD_REQUEST", message: "no", status: 400, request: "r", response: "s"))
        #expect(told[5].error == nil)
        #expect(reports == 5)
    }

    @Test func readsEveryTypeOfColumn() throws {
        let columns = [
            Column(name: "t", type: .string, isJSON: true), Column(name: "i", type: .integer),
            Column(name: "n", type: .number), Column(name: "b", type: .boolean), Column(name: "d", type: .date),
            Column(name: "s", type: .timestamp, nullable: false),
        ]
        let rows: [[JSON]] = [
            ["é", -1, 1.5, true, "1970-01-03", 5], [.null, .null, .null, .null, .null, 6],
            ["", 2, 0, false, "1970-01-01", 7],
        ]
        try TestBatch.rows(columns, rows).withArrow { schema, array throws in
            let batch = Batch(schema: schema, array: array)
            #expect(batch.columns.map(\.kind) == [.text, .int64, .double, .bool, .date, .timestamp])
            #expect(batch.columns.map(\.isJSON) == [true, false, false, false, false, false])
            #expect(batch.columns.map(\.isNullable) == [true, true, true, true, true, false])
            #expect(try (0..<3).map { try batch.text("t").string($0) } == ["é", nil, ""])
            #expect(try (0..<3).map { try batch.int64("i")[$0] } == [-1, nil, 2])
            #expect(try (0..<3).map { try batch.double("n")[$0] } == [1.5, nil, 0])
            #expect(try (0..<3).map { try batch.bool("b")[$0] } == [true, nil, false])
            #expect(try (0..<3).map { try batch.date("d")[$0] } == [2, nil, 0])
            #expect(try (0..<3).map { try batch.timestamp("s")[$0] } == [5, 6, 7])
            #expect(throws: BatchError.self) { try batch.int64("n") }
            #expect(throws: BatchError.self) { try batch.int64("missing") }

            // The same rows seen from the second one on, as another maker of batches may lend them.
            var shifted = array.pointee
            shifted.offset = 1
            shifted.length = 2
            try withUnsafePointer(to: &shifted) { array throws in
                let batch = Batch(schema: schema, array: array)
                #expect(try (0..<2).map { try batch.text("t").string($0) } == [nil, ""])
                #expect(try (0..<2).map { try batch.int64("i")[$0] } == [nil, 2])
                #expect(try (0..<2).map { try batch.bool("b")[$0] } == [nil, false])
                #expect(try (0..<2).map { try batch.date("d")[$0] } == [nil, 0])
            }
        }
    }

    @Test func handsOverRequestsOfStrings() {
        final class Told { var requests: [TestRequest] = [] }
        let told = Told()
        var call = tessera_build_call(
            size: UInt32(MemoryLayout<tessera_build_call>.size), flags: 0,
            context: Unmanaged.passUnretained(told).toOpaque(), now_us: 5,
            request: { call, request in
                guard let context = call?.pointee.context, let request else { return }
                Unmanaged<Told>.fromOpaque(context).takeUnretainedValue().requests.append(TestRequest(request.pointee))
            }, report: nil)
        withUnsafePointer(to: &call) { call in
            BuildCall(call).send(
                Request(
                    url: "https://a.b/", headers: [("X-A", "1"), ("X-B", "")], body: Array("{}".utf8), rows: [2, 0],
                    signature: TESSERA_SIGN_STANDARD_WEBHOOKS, messageID: "id", signingTokens: ["t1", "t2"]))
        }
        let request = told.requests[0]
        #expect(request.method == "POST" && request.url == "https://a.b/" && request.body == "{}")
        #expect(request.headers == ["X-A: 1", "X-B: "])
        #expect(request.rows == [2, 0])
        #expect(request.messageID == "id" && request.signingTokens == ["t1", "t2"])
    }

    @Test func passesADryRunAndADoneOn() {
        let recorder = CallRecorder(now: 1, runAt: 2, deadline: 3, dryRun: true, journey: "j", tile: "t")
        let call = TileCall(recorder.pointer)
        #expect([call.now, call.runAt, call.deadline] == [1, 2, 3])
        #expect(call.journeyID == "j" && call.tileID == "t")
        #expect(call.isDryRun && !call.isCancelled)
        recorder.cancel()
        #expect(call.isCancelled)
        call.record(row: 4, json: "{}")
        call.done()
        #expect(recorder.records == ["4: {}"])
        #expect(recorder.doneCount == 1)
    }
}
