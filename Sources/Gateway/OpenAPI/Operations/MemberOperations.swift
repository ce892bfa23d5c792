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
        Operation(.post, m + "/{member}/" + name, id, summary).takesNothing.answers(member)
            .refuses(409, "The member is not parked with an error.")
    }
}
