import Delivery
import Journeys

/// Destinations and what plugins offer.
enum DestinationSchemas {
    static let all: [String: Schema] = [
        "Destination": .resource([
            "connection_id": Schema.string().nullable, "name": .string(example: "Inbox"),
            "destination_type": .string(example: "webhook"),
            "config": .open("Secrets are shown as `********`.", example: config),
            "limits": .object(limits.merging(["max_in_flight": inFlight]) { $1 }),
        ]),
        "DestinationCreate": input.example(["name": "Inbox", "destination_type": "webhook", "config": config]),
        "DestinationUpdate": input.partial.described(
            """
            What is left out stays. `********` in the place of a secret, or nothing, keeps it, as long as the address \
            stays; null clears it.
            """
        ).example(["limits": ["requests_per_second": 50]]),
        "DestinationTest": .input(
            fields.merging(["name": Schema.name("Test")]) { $1 }, required: ["destination_type"], ignored: ignored
        ).example(["destination_type": "webhook", "config": config]),
        "DestinationField": .object(["name": .string(example: "email")]),
        "TileType": type.adding([
            "role": .words(["entry", "step", "exit"]),
            "side_effects": Schema.boolean.described("Whether it touches the world."),
            "branches": Schema.array(of: .string(example: "next"), "Null when they come of the config.").nullable,
        ]),
        "ConnectorType": type,
    ]

    private static let config: JSON = ["url": "https://example.com/inbox"]
    private static let ignored: Set<String> = [
        "id", "workspace_id", "connection_id", "status", "status_error", "created_by", "created_at", "updated_at",
    ]

    private static let inFlight = Schema.integer(
        "Requests under way at once.", 1...DeliveryLimits.mostInFlight, example: DeliveryLimits.defaultInFlight)
    static let limits: [String: Schema] = [
        "requests_per_second": Schema(["type": "number", "minimum": 0.001, "maximum": 100_000, "examples": [50]])
            .nullable,
        "max_in_flight": inFlight.nullable,
        "deliveries_per_day": Schema.integer("In a day of UTC.", 1...1_000_000_000_000).nullable,
    ]

    private static let fields: [String: Schema] = [
        "name": .name("Inbox"),
        "destination_type": .string("One that GET …/connector-types lists.", 1...255, example: "webhook"),
        "config": .open("As the connector's schema in GET …/connector-types has it.", example: config),
        "limits": Schema.input(limits, "Null or left out: no limit.").nullable,
    ]
    private static let input = Schema.input(fields, required: ["name", "destination_type"], ignored: ignored)

    private static let type = Schema.object([
        "id": .string(example: "wait"), "title": .string(example: "Wait"), "plugin_id": .string(),
        "version": .string(), "generation": .integer(),
        "schema": Schema.any.described("The JSON Schema of the config.")
            .example(["type": "object"]),
    ])
}
