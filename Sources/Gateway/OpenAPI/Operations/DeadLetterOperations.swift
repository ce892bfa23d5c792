import Journeys

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
