import Journeys
import Store

enum RunOperations {
    private static let j = "/api/v1/workspaces/{workspace}/journeys/{journey}"
    private static let run = Schema.ref("Run")

    static let group = OperationGroup(
        name: "Runs", description: "What lets members in and moves whoever is due; and rehearsals of it.",
        operations: [
            Operation(
                .post, j + "/trigger", "triggerRun", "Starts a run now",
                "While one is running a second is queued; a third is refused."
            ).takesNothing.makes(j + "/runs/{run}", run)
                .refuses(409, "The journey's status forbids it, or a run is queued already."),
            Operation(
                .get, j + "/runs", "listRuns", "Lists the last 50 runs, newest first",
                "With `cursor` or `limit`: all of them."
            ).listsByPlaces(run, statuses: RunStatus.allCases.map(\.rawValue))
                .asks(
                    "trigger", "One or several, with commas between them.",
                    .listOf(RunTrigger.allCases.map(\.rawValue))
                ).asks("sort", "`-created_at` if left out.", .words(["created_at", "-created_at"])),
            Operation(.get, j + "/runs/{run}", "getRun", "Shows a run with its counts as they are now").answers(run),
            Operation(.post, j + "/runs/{run}/cancel", "cancelRun", "Cancels a queued or running run").takesNothing
                .answers(status: "cancelled").refuses(409, "The run has ended."),
            Operation(
                .post, j + "/simulate", "simulateJourney", "Tells what the journey, or a draft of it, would do",
                """
                Over the real model in virtual time, on a copy of its members: nothing is sent or changed. With `Accept: \
                application/x-ndjson` the answer comes line by line: `{"delivery"}`, `{"progress"}`, and at last \
                `{"report"}` or `{"error"}`.
                """
            ).takes(.ref("SimulationRequest")).answers(.ref("SimulationReport"))
                .answers(
                    .string(example: "{\"progress\":\"2024-01-16T00:00:00Z\"}\n"), as: "application/x-ndjson"
                ).refuses(429, "Two simulations of the workspace are under way, or as many as the gateway takes."),
        ])
}
