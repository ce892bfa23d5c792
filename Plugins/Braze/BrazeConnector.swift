import CTessera
import Payload
import TesseraPluginKit

/// Braze's `POST /users/track`, as https://www.braze.com/docs/api/endpoints/user_data/post_user_track/ has it: up to 75
/// attributes or events in one request, Bearer authentication, partial success in `errors`.
///
/// A user is named by `external_id`: the member's key, unless `external_id`, `braze_id` or `user_alias` is mapped, or
/// `identify_by` says `email` or `phone`.
struct BrazeConnector: ConnectorPlugin {
    static let type = ConnectorType(id: "braze", title: "Braze", schema: BrazeSchema.text)

    enum Object: String, CaseIterable {
        case attributes, events
    }

    enum Identifier: String, CaseIterable {
        case externalID = "external_id"
        case email, phone
    }

    /// Objects in one request: what Braze takes at most of each kind.
    static let objectsPerRequest = 75
    /// Fields that name the user; mapped, they stand beside the others, not among an event's properties.
    let identifiers: Set<String>
    let identifyBy: Identifier

    /// Braze's own attributes, for forms; any other is a custom attribute.
    /// https://www.braze.com/docs/api/objects_filters/user_attributes_object/
    let columns: [String]?
    let object: Object
    let eventName: String
    let updatesExistingOnly: Bool
    let url: String
    let headers: [(name: String, value: String)]

    init(config: ConfigReader, open: OpenCall) {
        let endpoint = config.text("endpoint", "the URL of your Braze instance's REST endpoint")
        if !endpoint.isEmpty, let problem = EndpointURL.problem(in: endpoint) {
            config.problem("endpoint", problem.replacing("url ", with: "endpoint "))
        } else if endpoint.contains("?") {
            config.problem("endpoint", "endpoint has no query: give https://rest.….braze.com only")
        }
        url = endpoint + (endpoint.hasSuffix("/") ? "" : "/") + "users/track"
        headers = [
            ("Content-Type", "application/json"),
            ("Authorization", "Bearer " + config.text("api_key", "a REST API key")),
        ]
        object = config.choice("object", default: Object.attributes)
        eventName = config.optionalText("event_name") ?? ""
        if object == .events, eventName.isEmpty {
            config.problem("event_name", "event_name is required where object is events: give the events' name")
        }
        identifyBy = config.choice("identify_by", default: Identifier.externalID)
        identifiers = Set(
            ["external_id", "braze_id", "user_alias.alias_name", "user_alias.alias_label"]
                + (identifyBy == .externalID ? [] : [identifyBy.rawValue]))
        updatesExistingOnly = config.bool("update_existing_only", default: false)
        columns =
            object == .events
            ? [identifyBy.rawValue, "time", "*"]
            : [
                "external_id", "country", "current_location", "date_of_first_session", "date_of_last_session", "dob",
                "email", "email_subscribe", "email_open_tracking_disabled", "email_click_tracking_disabled",
                "first_name", "gender", "home_city", "language", "last_name", "phone", "push_subscribe", "time_zone",
                "*",
            ]
    }
}
