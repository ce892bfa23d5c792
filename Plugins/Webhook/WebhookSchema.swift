/// The JSON Schema of a webhook destination's config.
enum WebhookSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Webhook",
          "description": "Sends members as JSON to an address of your own, several in one request.",
          "type": "object",
          "properties": {
            "url": {
              "title": "URL",
              "description": "Where requests go: http or https, without credentials or a fragment.",
              "type": "string",
              "format": "uri",
              "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://",
              "maxLength": 2048
            },
            "method": {
              "title": "Method",
              "enum": ["POST", "PUT", "PATCH"],
              "default": "POST"
            },
            "batch_size": {
              "title": "Batch size",
              "description": "How many rows one request carries at most.",
              "type": "integer",
              "minimum": 1,
              "maximum": 1000,
              "default": 100
            },
            "authorization": {
              "title": "Authorization",
              "description": "The value of the Authorization header: 'Bearer …' or 'Basic …'.",
              "type": "string",
              "minLength": 1,
              "writeOnly": true
            },
            "api_key": {
              "title": "API key",
              "description": "Sent as the header X-Api-Key.",
              "type": "string",
              "minLength": 1,
              "writeOnly": true
            },
            "signing_secrets": {
              "title": "Signing secrets",
              "description": "With one or two secrets requests are signed as Standard Webhooks; two while one is being replaced.",
              "type": "array",
              "maxItems": 2,
              "items": {
                "type": "string",
                "pattern": "^whsec_[A-Za-z0-9+/]+=*$",
                "writeOnly": true
              }
            }
          },
          "required": ["url"],
          "additionalProperties": false,
          "examples": [
            {"url": "https://hooks.example.com/members"},
            {"url": "https://hooks.example.com/members", "method": "PUT", "batch_size": 500, "authorization": "Bearer token"}
          ]
        }
        """#
}
