/// The JSON Schema of a Slack destination's config.
enum SlackSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Slack",
          "description": "Posts a message for each member through an incoming webhook of a Slack app.",
          "type": "object",
          "properties": {
            "webhook_url": {
              "title": "Webhook URL", "type": "string", "format": "uri", "minLength": 1, "writeOnly": true,
              "description": "As Slack shows it: https://hooks.slack.com/services/…. Who knows it can post, so it is a secret."
            },
            "text": {
              "title": "Text", "type": "string", "minLength": 1, "maxLength": 40000,
              "description": "A template with {{field}} for mapped fields, in Slack's mrkdwn; {{text}} unless it is set. With blocks it is what notifications show, and may be left out."
            },
            "blocks": {
              "title": "Blocks", "type": "array", "maxItems": 50,
              "description": "Block Kit blocks whose strings are templates."
            }
          },
          "required": ["webhook_url"],
          "additionalProperties": false,
          "examples": [
            {"webhook_url": "https://hooks.slack.com/services/T000/B000/XXXX", "text": "{{first_name}} has joined"}
          ]
        }
        """#
}
