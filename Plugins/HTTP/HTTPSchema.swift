/// The JSON Schema of an http destination's config.
enum HTTPSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "HTTP API",
          "description": "Any HTTP API, its requests described here: templates with {{field}} for mapped fields, {{$member}}, {{$key}} and, in url and headers, {{secret.NAME}}.",
          "type": "object",
          "properties": {
            "url": {
              "title": "URL", "type": "string", "format": "uri", "maxLength": 2048,
              "description": "A template; fields are percent-encoded and stand in the path or the query."
            },
            "method": {"title": "Method", "enum": ["POST", "PUT", "PATCH", "DELETE", "GET"], "default": "POST"},
            "headers": {
              "title": "Headers", "type": "object", "maxProperties": 50,
              "additionalProperties": {"type": "string"},
              "description": "Names and templates of values. Content-Type is application/json unless it is set here."
            },
            "secrets": {
              "title": "Secrets", "type": "object", "maxProperties": 20,
              "additionalProperties": {"type": "string", "minLength": 1, "writeOnly": true},
              "description": "Values for {{secret.NAME}} in url and headers."
            },
            "body": {
              "title": "Body",
              "description": "JSON whose strings are templates; one that is a single field takes the field's type. With batch_size above 1 it holds {\"$rows\": ROW} where the array of rows goes, and each row its {{$key}}. Left out: an object of all mapped fields."
            },
            "batch_size": {"title": "Batch size", "type": "integer", "minimum": 1, "maximum": 1000, "default": 1},
            "keyless_rows": {
              "title": "Rows without keys", "type": "boolean", "default": false,
              "description": "With batch_size above 1: rows need not carry their keys, since one that comes twice does no harm."
            },
            "idempotency_header": {
              "title": "Idempotency header", "type": ["string", "null"], "default": "Idempotency-Key",
              "description": "The header that carries the key of the row, or of the rows of a batch; null for none."
            },
            "success": {
              "title": "Success", "type": "array", "items": {"type": ["integer", "string"]}, "default": ["2xx"],
              "description": "Statuses (201, or 2xx for all of a hundred) that mean delivered."
            },
            "retry": {
              "title": "Retry", "type": "array", "items": {"type": ["integer", "string"]}, "default": [408, 425, 429, "5xx"],
              "description": "Statuses after which the rows are tried again. All others refuse them."
            },
            "results": {
              "title": "Results of single rows", "type": "object", "required": ["pointer"], "additionalProperties": false,
              "description": "Where an answer of success says what became of single rows.",
              "properties": {
                "pointer": {"type": "string", "description": "JSON pointer to the array of results in the answer."},
                "lists": {"enum": ["failures", "all"], "default": "failures"},
                "match": {
                  "enum": ["index", "order", "field"], "default": "index",
                  "description": "How a result names its row: by the row's place in the request, from 0, at match_pointer; by the place of the result; or by a field that stands at match_pointer in the result and at request_pointer in the row."
                },
                "match_pointer": {"type": "string", "default": "/index"},
                "request_pointer": {"type": "string", "description": "As match_pointer unless it is set."},
                "status_pointer": {"type": "string"},
                "ok": {"type": "array", "items": {}},
                "retry": {"type": "array", "items": {}},
                "message_pointer": {"type": "string", "default": "/message"}
              }
            },
            "signing_secrets": {
              "title": "Signing secrets", "type": "array", "maxItems": 2,
              "description": "With one or two secrets requests are signed as Standard Webhooks.",
              "items": {"type": "string", "pattern": "^whsec_[A-Za-z0-9+/]+=*$", "writeOnly": true}
            }
          },
          "required": ["url"],
          "additionalProperties": false,
          "examples": [
            {"url": "https://api.example.com/contacts/{{email}}", "method": "PUT",
             "headers": {"Authorization": "Bearer {{secret.token}}"}, "secrets": {"token": "secret"},
             "body": {"email": "{{email}}", "greeting": "Hello {{first_name}}"}},
            {"url": "https://api.example.com/batch", "batch_size": 100,
             "body": {"contacts": {"$rows": {"id": "{{$member}}", "email": "{{email}}", "key": "{{$key}}"}}},
             "results": {"pointer": "/rejected", "match": "index", "message_pointer": "/reason"}}
          ]
        }
        """#
}
