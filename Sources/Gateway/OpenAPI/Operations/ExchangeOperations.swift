enum ExchangeOperations {
    private static let w = "/api/v1/workspaces/{workspace}"

    static let group = OperationGroup(
        name: "Files", description: "A journey with all that it refers to as one JSON file, for version control.",
        operations: [
            Operation(
                .get, w + "/journeys/{journey}/export", "exportJourney", "Gives a journey as a file",
                """
                Indented, members sorted, with names where a workspace has ids: the same journey gives the same bytes in every \
                workspace. Rows, times and secrets are not in it: null stands where a secret was.
                """
            ).answers(.ref("JourneyFile")).refuses(
                409, "Its model or its source was deleted, or it sends to more than 500 destinations."),
            Operation(
                .post, w + "/journeys/import", "importJourney", "Makes, or brings up to date, what a file has",
                """
                What has the name is brought to the content of the file, what is not there is made, all in one transaction; a \
                second import changes nothing. A journey is made as a draft. Destinations take a key of role `admin`.
                """
            ).asks("dry_run", "`true` tells what would be done, and what is missing.", .boolean)
                .takes(.ref("JourneyFile")).answers(.ref("ImportReport"))
                .refuses(409, "Something was changed by someone else meanwhile, or the Idempotency-Key is at work.")
                .refuses(422, "Something is missing or not valid: `problems` has each place in the file."),
        ])
}
