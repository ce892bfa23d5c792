#!/usr/bin/env python3
"""A receiver of webhooks that gets Documentation/connectors/webhook.md wrong. usage: webhook.py

It takes a row once under its key. Of each four rows that are new it does not take one, and names it by its place from 1000: none
of the request's."""
from standin import Standin, options, run

options = options.parse_args()


class Webhook(Standin):
    state = {"requests": 0}
    seen, keys = set(), set()

    def api(self):
        refused = []
        for index, row in enumerate(self.body["rows"]):
            key = row["idempotency_key"]
            is_new = key not in self.seen
            self.seen.add(key)
            if is_new and len(self.seen) % 4 == 0:
                refused.append({"index": 1000 + index, "status": "retry", "message": "not now"})
            elif key not in self.keys:
                self.keys.add(key)
                self.taken.append(row)
        self.answer(200, {"results": refused})


run(Webhook, options)
