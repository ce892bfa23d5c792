import Journeys

enum MemberOperations {
    private static let m = "/api/v1/workspaces/{workspace}/journeys/{journey}/members"
    private static let member = Schema.ref("Member")

    static let group = OperationGroup(
        name: "Members", description: "Who is inside a journey, where, and why one stands still.",
        operations: [
            Operation(.get, m, "listMembers", "Lists members of a journey")
                .asks("status", "Only those.", .words(MemberSchemas.statuses))
                .asks("tile", "Only those at this tile.", .string())
                .asks("failed", "Only those parked with an error, or only the others.", .boolean)
                .asks("limit", "How many at most.", .integer("", 1...1000).with("default", 100))
                .asks("cursor", "`next_cursor` of the page before.", .cursor)
                .answers(.cursorPage(of: member)),
            Operation(.get, m + "/{member}", "getMember", "Shows a member with its whole way")
                .answers(.ref("MemberWithPath")),
            Operation(.delete, m + "/{member}", "removeMember", "Takes a member out: `exited`, reason `removed`")
                .answers(status: "exited")
                .refuses(409, "The member has left already, or is being sent to a destination now."),
            remedy("retry", "retryMember", "Tries a failed member again under the same key"),
            remedy("skip", "skipMember", "Lets a failed member pass by the tile's first branch, unsent"),
        ])

    private static func remedy(_ name: String, _ id: String, _ summary: String) -> Operation {
        Operation(.post, m + "/{member}/" + name, id, summary).answers(member)
            .refuses(409, "The member is not parked with an error.")
    }
}

enum DeadLetterOperations {
    private static let d = "/api/v1/workspaces/{workspace}/dead-letters"

    static let group = OperationGroup(
        name: "Dead letters", description: "Members of all journeys that are parked with an error.",
        operations: [
            Operation(.get, d, "listDeadLetters", "Lists failed members of all journeys, newest first")
                .asks("journey", "Only of this journey.", .string())
                .asks("tile", "Only at tiles of this id.", .string())
                .asks("destination", "Only of this destination.", .string())
                .asks("code", "Only with this error's code.", .string())
                .asks("since", "Failed at it or later.", .instant).asks("until", "Failed before it.", .instant)
                .asks("limit", "How many at most.", .integer("", 1...1000).with("default", 100))
                .asks("cursor", "`next_cursor` of the page before.", .cursor)
                .answers(.cursorPage(of: .ref("DeadLetter"))),
            remedy("retry", "retryDeadLetters", "Tries them again under the same keys", "retried"),
            remedy("skip", "skipDeadLetters", "Lets them pass by their tiles' first branches, unsent", "skipped"),
            remedy("remove", "removeDeadLetters", "Takes them out of their journeys", "removed"),
        ])

    private static func remedy(_ name: String, _ id: String, _ summary: String, _ done: String) -> Operation {
        Operation(.post, d + "/" + name, id, summary).takes(.ref("DeadLetterChoice"))
            .answers(.object([done: .count("How many.")]))
    }
}

extension Schema {
    fileprivate static let cursor = Schema.string("Opaque.")
}
