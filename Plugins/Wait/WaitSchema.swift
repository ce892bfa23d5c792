/// The JSON Schema of a wait tile's config.
enum WaitSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Wait",
          "description": "Holds each member for a time from its arrival, until a date, until what a column says, or until a time of day; the last also after one of the others. Who comes when that is past goes on at once.",
          "type": "object",
          "properties": {
            "duration": {
              "title": "Duration",
              "description": "How many units to wait from the arrival. All in all at most ten years (3,650 days).",
              "type": "integer",
              "minimum": 1,
              "maximum": 315360000
            },
            "unit": {"$ref": "#/$defs/unit"},
            "until": {
              "title": "Until",
              "oneOf": [
                {
                  "title": "A date",
                  "description": "A date, whose midnight in the time zone is meant, or an instant.",
                  "type": "string",
                  "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$"
                },
                {
                  "title": "A column",
                  "description": "What a column says of each member. Who has no value goes on as if it was past.",
                  "type": "object",
                  "properties": {
                    "column": {
                      "title": "Column",
                      "description": "Timestamps, or dates, whose midnight in the time zone is meant.",
                      "type": "string",
                      "minLength": 1,
                      "x-tessera": "column"
                    },
                    "offset": {
                      "title": "Offset",
                      "description": "How much later than that; earlier when negative. Days and weeks of a date are those of the calendar.",
                      "type": "object",
                      "properties": {
                        "duration": {
                          "title": "Duration", "type": "integer", "minimum": -315360000, "maximum": 315360000
                        },
                        "unit": {"$ref": "#/$defs/unit"}
                      },
                      "required": ["duration", "unit"],
                      "additionalProperties": false
                    }
                  },
                  "required": ["column"],
                  "additionalProperties": false
                }
              ]
            },
            "time_of_day": {
              "title": "Time of day",
              "description": "The first such moment from the arrival on, or from the end of the duration, or the date, if that is later.",
              "type": "string",
              "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"
            },
            "weekdays": {
              "title": "Weekdays",
              "description": "The days on which the time of day counts; without it all.",
              "type": "array",
              "items": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
              "minItems": 1,
              "maxItems": 7,
              "uniqueItems": true
            },
            "time_zone": {
              "title": "Time zone",
              "description": "Of the time of day and of dates: a name of the IANA database such as Europe/Berlin.",
              "type": "string",
              "minLength": 1,
              "default": "UTC"
            }
          },
          "anyOf": [
            {"required": ["duration", "unit"]},
            {"required": ["until"]},
            {"required": ["time_of_day"]}
          ],
          "not": {"required": ["duration", "until"]},
          "dependentRequired": {"duration": ["unit"], "unit": ["duration"], "weekdays": ["time_of_day"]},
          "additionalProperties": false,
          "$defs": {
            "unit": {
              "title": "Unit",
              "description": "A day is 24 hours, a week 7 days.",
              "enum": ["seconds", "minutes", "hours", "days", "weeks"]
            }
          },
          "examples": [
            {"duration": 3, "unit": "days"},
            {"duration": 30, "unit": "minutes"},
            {"until": "2026-12-24T08:00:00Z"},
            {"until": {"column": "renewal_date", "offset": {"duration": -3, "unit": "days"}}},
            {"time_of_day": "09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"], "time_zone": "Europe/Berlin"},
            {"duration": 3, "unit": "days", "time_of_day": "09:00", "time_zone": "Europe/Berlin"}
          ]
        }
        """#
}
