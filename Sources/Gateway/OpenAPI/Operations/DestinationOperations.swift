import Journeys

enum DestinationOperations {
    private static let w = "/api/v1/workspaces/{workspace}"
    private static let d = w + "/destinations/{destination}"
    private static let destination = Schema.ref("Destination")
    private static let steps = """
        One real request, told as server-sent events: `step` with `{"step", "ok", "message", "elapsed_ms", "http_status"?, \
        "request"?, "response"?}` for build, resolve, connect, tls, request and classify as far as it comes, then `done` with \
        `{"ok"}`. Faults of the config are a 422 before any event.
        """
    /// Without a type: OpenAPI 3.1 has no word for a stream of events, and some readers take the schema as that of each.
    private static let events = Schema.any.described("Server-sent events.").example(
        .string(
            "event: step\ndata: {\"elapsed_ms\":0.1,\"message\":\"\",\"ok\":true,\"step\":\"build\"}\n\n"
                + "event: done\ndata: {\"ok\":true}\n\n"))

    static let group = OperationGroup(
        name: "Destinations", description: "Where members' data is sent. Secrets go in and never come out.",
        operations: [
            Operation(.get, w + "/destinations", "listDestinations", "Lists destinations")
                .listsByName(destination, statuses: ResourceStatus.all),
            Operation(.post, w + "/destinations", "createDestination", "Makes a destination")
                .takes(.ref("DestinationCreate")).makes(d, destination).versioned,
            test(w + "/destinations/test", "testDestinationConfig", "Tries a config that is not stored")
                .takes(.ref("DestinationTest")),
            Operation(.get, d, "getDestination", "Shows a destination").answers(destination).versioned,
            Operation(.put, d, "updateDestination", "Changes a destination").takes(.ref("DestinationUpdate"))
                .answers(destination).versioned.refuses(409, "The destination was changed meanwhile."),
            Operation(.delete, d, "deleteDestination", "Deletes a destination").answers(status: "deleted").versioned
                .refuses(409, "A journey at work uses it; the message names it."),
            test(d + "/test", "testDestination", "Tries a destination, or what a PUT of the body would make of it")
                .takes(.ref("DestinationUpdate"), optional: true),
            Operation(.get, d + "/delivery", "getDelivery", "Tells how deliveries go").answers(.ref("Delivery")),
            Operation(.post, d + "/enable", "enableDestination", "Lets deliveries go again").takesNothing
                .answers(destination).versioned,
            Operation(
                .get, d + "/fields", "listFields", "Lists the fields that a mapping may name",
                "An empty list: it takes any field."
            ).lists(.ref("DestinationField"), DestinationTestRoutes.fieldListing).refuses(
                422, "The stored config is not valid any more, or a query parameter."),
        ])

    private static func test(_ pattern: String, _ id: String, _ summary: String) -> Operation {
        Operation(.post, pattern, id, summary, steps).answers(events, as: "text/event-stream")
            .refuses(429, "As many tests of the workspace, or of all, are under way as may be; or too many requests.")
    }
}
