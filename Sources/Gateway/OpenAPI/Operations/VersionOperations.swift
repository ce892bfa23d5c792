enum VersionOperations {
    private static let j = "/api/v1/workspaces/{workspace}/journeys/{journey}"
    private static let v = j + "/versions/{version}"

    static let group = OperationGroup(
        name: "Versions", description: "Every definition that a journey has had.",
        operations: [
            Operation(
                .get, j + "/versions", "listVersions", "Lists versions, newest first",
                "The last \(VersionRoutes.shown), or pages of all."
            ).lists(.ref("Version")),
            Operation(.get, v, "getVersion", "Shows a version", "`definition` is what PUT and preview-update take.")
                .answers(.ref("VersionWhole")),
            Operation(
                .get, v + "/compare/{other}", "compareVersions", "Tells what is different in another version",
                "From the first to the second. The order depends on the two definitions alone."
            ).answers(.ref("Comparison")),
            Operation(
                .post, v + "/restore", "restoreVersion", "Gives a journey the content of a version again",
                "As its next version, by the rules of PUT: a journey at work must stay valid (422)."
            ).takesNothing.answers(.ref("Journey")).versioned
                .refuses(409, "The journey's status forbids it.").refuses(412, "If-Match names another version.")
                .refuses(422, "The journey would not be valid: `errors` has what `/validate` says."),
        ])
}
