/// The JSON Schema of a filter tile's config: the tree of the HTTP contract.
enum FilterSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Filter",
          "description": "Members that match go to 'yes', the others to 'no'. Every operator but is_null is false for null.",
          "x-tessera": "filter-tree",
          "type": "object",
          "oneOf": [{"$ref": "#/$defs/group"}, {"$ref": "#/$defs/condition"}],
          "$defs": {
            "node": {"oneOf": [{"$ref": "#/$defs/group"}, {"$ref": "#/$defs/condition"}]},
            "group": {
              "title": "Group",
              "description": "Matches when all (and) or one (or) of its children match.",
              "type": "object",
              "properties": {
                "type": {"enum": ["and", "or"]},
                "children": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/node"}}
              },
              "required": ["type", "children"],
              "additionalProperties": false
            },
            "condition": {
              "title": "Condition",
              "description": "Compares a column with a value. A text test needs a string column, an order a number or date.",
              "type": "object",
              "properties": {
                "type": {"const": "condition"},
                "condition_type": {"const": "property"},
                "column": {"type": "string", "minLength": 1},
                "operator": {
                  "enum": [
                    "equals", "not_equals", "contains", "not_contains", "starts_with", "not_starts_with", "ends_with",
                    "not_ends_with", "greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal",
                    "between", "not_between", "in", "not_in", "is_null", "is_not_null", "is_true", "is_false"
                  ]
                },
                "value": {
                  "description": "Absent for is_null, is_not_null, is_true and is_false; [low, high] for between; an array of 1 to 10,000 values for in; where a date stands, {\"relative\": \"-30 days\"} counts from the start of the run.",
                  "oneOf": [
                    {"type": ["string", "number", "boolean"]},
                    {"$ref": "#/$defs/relative"},
                    {
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 10000,
                      "items": {"oneOf": [{"type": ["string", "number"]}, {"$ref": "#/$defs/relative"}]}
                    }
                  ]
                }
              },
              "required": ["type", "condition_type", "column", "operator"],
              "additionalProperties": false
            },
            "relative": {
              "title": "Relative date",
              "type": "object",
              "properties": {
                "relative": {"type": "string", "pattern": "^[+-]?[0-9]+ (second|minute|hour|day|week)s?$"}
              },
              "required": ["relative"],
              "additionalProperties": false
            }
          },
          "examples": [
            {
              "type": "and",
              "children": [
                {
                  "type": "condition", "condition_type": "property", "column": "total_spent",
                  "operator": "greater_than", "value": 100
                }
              ]
            }
          ]
        }
        """#
}
