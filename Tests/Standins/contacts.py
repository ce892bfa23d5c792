#!/usr/bin/env python3
"""An API of contacts as many products have one, for the http connector. usage: contacts.py TOKEN

PUT and DELETE /contacts/{email}, one each; POST /contacts/batch with {"contacts": […]}, at most 50, answers 200 with
{"rejected": [{"id", "reason"}]}. Bearer token; a request whose Idempotency-Key came before is not done again; an address that
ends with @busy.example is busy once (503, Retry-After a date)."""
import json, sys
from urllib.parse import unquote
from standin import Standin, run

TOKEN = sys.argv[1]


class Contacts(Standin):
    state = {"requests": 0, "repeats": 0, "contacts": {}}
    keys, busy = set(), set()

    def api(self, data):
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer(401, {"error": "who are you?"})
        if not self.path.startswith("/contacts/"):
            return self.answer(404, {"error": "no such place"})
        email = unquote(self.path.removeprefix("/contacts/"))
        if email.endswith("@busy.example") and email not in self.busy:
            self.busy.add(email)
            return self.answer(503, {"error": "busy"}, [("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT")])
        key = self.headers.get("Idempotency-Key")
        if not key:
            return self.answer(400, {"error": "Idempotency-Key is missing"})
        if key in self.keys:
            self.state["repeats"] += 1
            return self.answer(200, {"rejected": []})
        if self.command == "POST" and email == "batch":
            return self.batch(key, data)
        if "@" not in email:
            return self.answer(422, {"error": f"{email} is no address"})
        self.keys.add(key)
        if self.command == "DELETE":
            self.state["contacts"].pop(email, None)
            return self.answer(204, "")
        self.state["contacts"][email] = json.loads(data)
        self.answer(201, {"id": email})

    def batch(self, key, data):
        contacts = json.loads(data)["contacts"]
        if len(contacts) > 50:
            return self.answer(413, {"error": "at most 50 contacts"})
        self.keys.add(key)
        rejected = []
        for contact in contacts:
            if "@" in (contact["email"] or ""):
                self.state["contacts"][contact["email"]] = contact
            else:
                rejected.append({"id": contact["id"], "reason": "no address"})
        self.answer(200, {"rejected": rejected})


run(Contacts)
