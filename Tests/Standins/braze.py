#!/usr/bin/env python3
"""A stand-in of Braze's POST /users/track. usage: braze.py API_KEY [--limit N --reset T]: after N requests 429 until T.

From https://www.braze.com/docs/api/endpoints/user_data/post_user_track (75 objects of a kind, Bearer key, partial errors),
…/api/errors (fatal and minor errors), …/api/api_limits (X-RateLimit-*), …/api/objects_filters/user_attributes_object and
…/event_object (identifiers, name and time)."""
import datetime, json, re, time
from standin import Standin, options, run

options.add_argument("key")
options.add_argument("--limit", type=int)
options.add_argument("--reset", type=int)
options = options.parse_args()
KINDS = ("attributes", "events", "purchases")


def fault(kind, item):
    if not isinstance(item, dict):
        return "object expected"
    alias = item.get("user_alias")
    if alias is not None and not (isinstance(alias, dict) and alias.get("alias_name") and alias.get("alias_label")):
        return "'user_alias' must have 'alias_name' and 'alias_label'"
    if not any(item.get(name) for name in ("external_id", "braze_id", "user_alias", "email", "phone")):
        return "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required"
    email = item.get("email")
    if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(email)):
        return "'email' is not valid"
    if kind == "attributes" and "dob" in item and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(item["dob"])):
        return "'dob' must be a string in the format YYYY-MM-DD"
    if kind == "events":
        if not isinstance(item.get("name"), str) or not item["name"]:
            return "'name' is required"
        try:
            if datetime.datetime.fromisoformat(item["time"].replace("Z", "+00:00")).tzinfo is None:
                return "'time' has no time zone"
        except (KeyError, ValueError, AttributeError):
            return "'time' is not a valid ISO 8601 date"
        if not isinstance(item.get("properties", {}), dict):
            return "'properties' must be an object"
    return None


class Braze(Standin):
    state = {"requests": 0, "users": {}, "events": []}

    def reset(self):
        """When requests are taken again; None takes this one."""
        if options.limit is not None:
            return options.reset if self.state["requests"] > options.limit else None
        wait = self.wait()
        return int(time.time() + wait + 1) if wait else None

    def api(self):
        if self.command != "POST" or self.path != "/users/track":
            return self.answer(404, {"message": "Not Found"})
        if self.headers.get("Authorization") != f"Bearer {options.key}":
            return self.answer(401, {"message": "Invalid API key"})
        reset = self.reset()
        if reset is not None:
            return self.answer(429, {"message": "Rate limit exceeded"}, [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", str(reset))])
        if self.headers.get("Content-Type") != "application/json":
            return self.answer(400, {"message": "Content-Type must be application/json"})
        if not isinstance(self.body, dict):
            return self.answer(400, {"message": "The request body is not valid JSON"})
        lists = {kind: self.body.get(kind, []) for kind in KINDS}
        for kind, items in lists.items():
            if len(items) > 75:
                return self.answer(400, {"message": f"Too many {kind}: at most 75 in a request"})
        errors, taken = [], {kind: 0 for kind in KINDS}
        for kind, items in lists.items():
            for index, item in enumerate(items):
                why = fault(kind, item)
                if why:
                    errors.append({"type": why, "input_array": kind, "index": index})
                    continue
                taken[kind] += 1
                self.taken.append(item)
                if kind == "attributes":
                    name = item.get("external_id") or item.get("email") or json.dumps(item.get("user_alias"))
                    self.state["users"].setdefault(name, {}).update(item)
                else:
                    self.state["events"].append(item)
        if not any(taken.values()):
            return self.answer(400, {"message": "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.",
                                     "errors": errors})
        answer = {"message": "success", **{f"{kind}_processed": count for kind, count in taken.items() if count}}
        self.answer(201, answer | ({"errors": errors} if errors else {}))


run(Braze, options)
