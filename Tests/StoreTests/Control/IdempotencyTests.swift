import Testing

@testable import Store

struct IdempotencyTests {
    private let answer = IdempotentAnswer(
        scope: "workspace", key: "k-1", requestDigest: [1, 2, 3], status: 201, headers: ["Location": "/x"],
        body: Array("{\"key\":\"sk_live_only-once\"}".utf8))

    private func found(_ fixture: ControlFixture, _ key: String = "k-1", now: Int64) throws -> IdempotentAnswer? {
        try fixture.store.read { try $0.idempotentAnswer(scope: "workspace", key: key, now: now) }
    }

    @Test func anAnswerIsKeptForADay() throws {
        let fixture = try ControlFixture()
        let answer = answer
        try fixture.store.write { try $0.insertIdempotentAnswer(answer, now: 1000) }
        try fixture.reopen()
        let end = 1000 + 24 * 3_600_000_000 as Int64
        #expect(try found(fixture, now: end - 1) == answer)
        #expect(try found(fixture, now: end) == nil)
        #expect(try found(fixture, "k-2", now: 1000) == nil)
        #expect(
            try fixture.store.read { try $0.idempotentAnswer(scope: "another", key: "k-1", now: 1000) } == nil)
        let error = #expect(throws: StoreError.self) {
            try fixture.store.write { try $0.insertIdempotentAnswer(answer, now: end - 1) }
        }
        guard case .conflict? = error else {
            Issue.record("not a conflict: \(String(describing: error))")
            return
        }
        var next = answer
        next.status = 200
        let replacement = next
        try fixture.store.write { try $0.insertIdempotentAnswer(replacement, now: end) }
        #expect(try found(fixture, now: end) == replacement)
    }

    @Test func expiredAnswersGoInBoundedSteps() throws {
        let fixture = try ControlFixture()
        let answer = answer
        try fixture.store.write { writer in
            for number in 0..<20 {
                var one = answer
                one.key = "old-\(number)"
                try writer.insertIdempotentAnswer(one, now: 0)
            }
        }
        func count() throws -> Int? {
            try fixture.store.read { (reader) throws in
                try reader.connection.first("SELECT count(*) FROM idempotency") { $0.int(0) }
            }
        }
        let later = IdempotentAnswer.lifetime + 1
        try fixture.store.write { try $0.insertIdempotentAnswer(answer, now: later) }
        #expect(try count() == 17)
        #expect(try fixture.store.write { try $0.purgeIdempotentAnswers(now: later, limit: 10) } == 10)
        #expect(try fixture.store.write { try $0.purgeIdempotentAnswers(now: later, limit: 10) } == 6)
        #expect(try fixture.store.write { try $0.purgeIdempotentAnswers(now: later, limit: 10) } == 0)
        #expect(try found(fixture, now: later) == answer)
    }

    @Test func anAnswerIsStoredWithItsWriteOrNotAtAll() throws {
        struct Refused: Error {}
        let fixture = try ControlFixture()
        let answer = answer
        #expect(throws: Refused.self) {
            try fixture.store.write { writer in
                try writer.insertIdempotentAnswer(answer, now: 0)
                throw Refused()
            }
        }
        #expect(try found(fixture, now: 1) == nil)
    }
}
