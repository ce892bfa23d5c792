import Journeys

enum JourneyOperations {
    private static let w = "/api/v1/workspaces/{workspace}"
    private static let j = w + "/journeys/{journey}"
    private static let journey = Schema.ref("Journey")
    private static let state = "The journey's status forbids it; the message says which it is."

    static let group = OperationGroup(
        name: "Journeys", description: "Graphs of tiles and edges over the rows of a model.",
        operations: [
            Operation(.get, w + "/journeys", "listJourneys", "Lists journeys")
                .listsByName(journey, statuses: JourneyStatus.allCases.map(\.rawValue)),
            Operation(.post, w + "/journeys", "createJourney", "Makes a draft", "An unfinished graph is accepted.")
                .takes(.ref("JourneyCreate")).makes(j, journey).versioned,
            Operation(.get, j, "getJourney", "Shows a journey with its whole graph").answers(journey).versioned,
            Operation(
                .put, j, "updateJourney", "Changes a journey",
                "A journey at work must stay valid (422); the change counts from the next run on."
            ).takes(.ref("JourneyUpdate")).answers(journey).versioned
                .refuses(409, "The journey was changed meanwhile, or its status forbids it."),
            Operation(
                .post, j + "/preview-update", "previewUpdate", "Tells what a PUT would do to the members inside",
                "From counters; nothing is changed. `errors` are those of `/validate`."
            ).takes(.ref("JourneyUpdate")).answers(.ref("UpdatePreview")).refuses(409, state)
                .refuses(412, "If-Match names another version."),
            Operation(.delete, j, "deleteJourney", "Deletes a journey", "Not one that is active or draining.")
                .answers(status: "deleted").versioned.refuses(409, state),
            Operation(
                .post, j + "/validate", "validateJourney", "Checks graph, configs, columns and destinations"
            ).takesNothing.answers(.ref("Validation")),
            change("activate", "activateJourney", "Lets a valid draft begin"),
            change("pause", "pauseJourney", "Stops a journey: members stay where they are"),
            change("resume", "resumeJourney", "Lets a paused journey go on"),
            change("drain", "drainJourney", "Lets nobody enter any more; archived by itself when empty"),
            change("archive", "archiveJourney", "Ends a journey: members inside leave as exited"),
            Operation(.get, j + "/stats", "getStats", "Counts members by tile").answers(.ref("Stats")),
        ])

    private static func change(_ name: String, _ id: String, _ summary: String) -> Operation {
        Operation(.post, j + "/" + name, id, summary).takesNothing.answers(journey).versioned.refuses(409, state)
            .refuses(422, "The journey is not valid: `errors` has what `/validate` says.")
    }
}
