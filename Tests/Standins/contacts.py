#!/usr/bin/env python3
"""An API of contacts as many products have one, for the http connector. usage: contacts.py TOKEN

PUT and DELETE /contacts/{email}, one each; POST /contacts/batch with {"contacts": […]}, at most 50, answers 200 with
{"rejected": [{"id", "index", "reason"}]}. Bearer token; what came before under its key is not done again: the Idempotency-Key of a
request for one, the "key" of each contact of a batch. An address that ends with @busy.example is busy once (503, Retry-After a date);
a contact that is "unsubscribed" is refused."""
from urllib.parse import unquote
from standin import Standin, options, run

options.add_argument("token")
options = options.parse_args()


def fault(email, contact):
    if "@" not in (email or ""):
        return "no address"
    return f"{email} is unsubscribed" if contact.get("unsubscribed") else None


class Contacts(Standin):
    state = {"requests": 0, "repeats": 0, "contacts": {}}
    keys, busy = set(), set()

    def api(self):
        if self.headers.get("Authorization") != f"Bearer {options.token}":
            return self.answer(401, {"error": "who are you?"})
        if not self.path.startswith("/contacts/"):
            return self.answer(404, {"error": "no such place"})
        email = unquote(self.path.removeprefix("/contacts/"))
        if email.endswith("@busy.example") and email not in self.busy:
            self.busy.add(email)
            return self.answer(503, {"error": "busy"}, [("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT")])
        if self.command == "POST" and email == "batch":
            return self.batch(self.body["contacts"])
        key = self.headers.get("Idempotency-Key")
        if not key:
            return self.answer(400, {"error": "Idempotency-Key is missing"})
        why = fault(email, self.body or {})
        if why:
            return self.answer(422, {"error": why})
        self.take(key, email, self.body)
        self.answer(*((204, "") if self.command == "DELETE" else (201, {"id": email})))

    def batch(self, contacts):
        if len(contacts) > 50:
            return self.answer(413, {"error": "at most 50 contacts"})
        rejected = []
        for index, contact in enumerate(contacts):
            why = fault(contact["email"], contact)
            if why:
                rejected.append({"id": contact["id"], "index": index, "reason": why})
            else:
                self.take(contact["key"], contact["email"], contact)
        self.answer(200, {"rejected": rejected})

    def take(self, key, email, contact):
        if key in self.keys:
            self.state["repeats"] += 1
            return
        self.keys.add(key)
        if contact is None:
            self.state["contacts"].pop(email, None)
        else:
            self.state["contacts"][email] = contact
            self.taken.append(contact)


run(Contacts, options)
