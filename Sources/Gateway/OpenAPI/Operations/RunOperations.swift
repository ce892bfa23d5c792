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
            events(
                j + "/runs/{run}/events", "watchRun", "Tells of a run as it goes",
                """
                Until it has ended: `end`. Who comes again with the `Last-Event-ID` of an event is told only what is new since.
                """),
            events(
                j + "/events", "watchJourney", "Tells of a journey and its runs as they go",
                """
                Also `journey` with `{"journey_id", "status", "status_error", "version"}`, first and when one of these \
                changes; `end` with a `reason` when the journey is archived or deleted. Who comes again with the \
                `Last-Event-ID` of an event is also told of the runs since.
                """),
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
                ).refuses(
                    429,
                    "As many simulations of the workspace, or of all, are under way as may be; or too many requests."),
        ])

    /// Without a type, as the steps of a test.
    private static func events(_ pattern: String, _ id: String, _ summary: String, _ more: String) -> Operation {
        Operation(
            .get, pattern, id, summary,
            """
            Server-sent events: `state` when a run's status has changed, `progress` when its counts have, at most five times a \
            second unless configured otherwise; what came in between is left out. Their data is the run, and `rows`: null, or `{"read", "total"}`, how \
            far entry is in the model's rows, with a null `total` until that is known. Comments come between them, a sign \
            of life. The stream ends when the key is good no more. \(more)
            """
        ).answers(
            Schema.any.described("Server-sent events.").example(
                .string(
                    "id: 990e8400-e29b-41d4-a716-446655440000.1f0a\nevent: end\n"
                        + "data: {\"id\":\"990e8400-e29b-41d4-a716-446655440000\",\"status\":\"completed\"}\n\n")),
            as: "text/event-stream"
        ).refuses(429, "As many streams are open as a workspace, or the gateway, may have.")
    }
}
