import Journeys
import Store

/// Members of journeys, and those that failed.
enum MemberSchemas {
    static let all: [String: Schema] = [
        "Member": member,
        "MemberWithPath": member.adding([
            "path": Schema.array(of: .ref("PathStep"), "Every tile since it entered; null when none is recorded.")
                .nullable,
            "past_entries": .array(of: .ref("PastEntry"), "The 20 entries before this one, the newest first."),
        ]),
        "MemberError": .object(
            [
                "code": .string(example: "BAD_REQUEST"), "message": .string(), "http_status": Schema.integer().nullable,
                "destination_id": Schema.id.nullable, "failed_at": .time,
                "request": Schema.string("What was sent, without secrets: of a single member only.").nullable,
                "response": Schema.string("What came back: of a single member only.").nullable,
            ], optional: ["request", "response"]),
        "PathStep": .object([
            "tile": Schema.string(example: "in").nullable, "arrived_at": Schema.time.nullable,
            "left_at": Schema.time.nullable, "branch": Schema.string().nullable,
            "attempts": .count("Calls of the tile that did not just say wait."), "plugin": Schema.string().nullable,
            "generation": Schema.integer().nullable,
        ]),
        "PastEntry": .object([
            "entry": .integer("", 1...(.max)), "status": .words(statuses), "reason": reason,
            "entered_at": Schema.time.nullable, "left_at": Schema.time.nullable,
            "path": Schema.array(of: .ref("PathStep")).nullable,
        ]),
        "DeadLetter": .object([
            "journey_id": .id, "key": .string(example: "00001"), "tile": Schema.string(example: "thank").nullable,
            "destination_id": Schema.id.nullable, "code": .string(example: "BAD_REQUEST"), "message": .string(),
            "http_status": Schema.integer().nullable, "attempts": .count(), "failed_at": .time,
            "entry": .integer("", 1...(.max)),
        ]),
        "DeadLetterChoice": .input(
            [
                "journey": text, "tile": text, "destination": text, "code": text,
                "since": Schema.instant.nullable.described("Failed at it or later."),
                "until": Schema.instant.nullable.described("Failed before it."),
                "keys": Schema.array(of: .string(), "Members' keys.", 0...10_000).nullable,
                "all": Schema.constant(true).described("Without any other field."),
            ], "At least one field."
        ).example(["code": "BAD_REQUEST"]),
    ]

    static let statuses = Store.MemberStatus.allCases.map(\.name)
    private static let text = Schema.string("", 0...255).nullable
    private static let reason = Schema.words(ExitReason.allCases.compactMap(\.name), "Why it left.").nullable

    private static let member = Schema.object([
        "key": .string(example: "00001"), "status": .words(statuses), "tile": Schema.string(example: "rest").nullable,
        "entry": .integer("How often it entered.", 1...(.max)), "entered_at": Schema.time.nullable,
        "arrived_at": Schema.time.nullable, "left_at": Schema.time.nullable, "reason": reason,
        "failed": Schema.boolean.described("Parked with an error."), "attempt": .count(),
        "generation": Schema.integer("Of the plugin that had it last.").nullable,
        "waiting_until": Schema.time.nullable, "error": Schema.ref("MemberError").nullable,
    ])
}
