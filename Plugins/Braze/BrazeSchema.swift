/// The JSON Schema of a Braze destination's config.
enum BrazeSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Braze",
          "description": "Updates user profiles in Braze, or records events of users, with POST /users/track.",
          "type": "object",
          "properties": {
            "endpoint": {
              "title": "REST endpoint", "type": "string", "format": "uri", "maxLength": 2048,
              "description": "Of your Braze instance, such as https://rest.iad-01.braze.com."
            },
            "api_key": {
              "title": "REST API key", "type": "string", "minLength": 1, "writeOnly": true,
              "description": "With the permission users.track."
            },
            "object": {
              "title": "What is sent", "enum": ["attributes", "events"], "default": "attributes",
              "description": "attributes: mapped fields become the user's attributes. events: they become an event's properties."
            },
            "event_name": {"title": "Event", "type": "string", "minLength": 1, "description": "The name of the events."},
            "identify_by": {
              "title": "Users are named by", "enum": ["external_id", "email", "phone"], "default": "external_id",
              "description": "external_id: the member's key, unless external_id, braze_id or user_alias is mapped. email, phone: the field of that name, which must be mapped."
            },
            "update_existing_only": {
              "title": "Existing users only", "type": "boolean", "default": false,
              "description": "Braze makes no new user profile."
            }
          },
          "required": ["endpoint", "api_key"],
          "additionalProperties": false,
          "examples": [
            {"endpoint": "https://rest.iad-01.braze.com", "api_key": "secret"},
            {"endpoint": "https://rest.fra-01.braze.eu", "api_key": "secret", "object": "events", "event_name": "joined_journey"}
          ]
        }
        """#
}
