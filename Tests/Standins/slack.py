#!/usr/bin/env python3
"""A stand-in of Slack's incoming webhooks. usage: slack.py PATH [--archived] [--limit N]: after N messages 429, Retry-After 30.

From https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (request, `ok`, words of errors),
https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks (their statuses),
https://docs.slack.dev/apis/web-api/rate-limits (429 with Retry-After), https://docs.slack.dev/messaging/formatting-message-text
(what is escaped), https://docs.slack.dev/reference/block-kit/blocks."""
import re
from standin import Standin, options, run

options.add_argument("path")
options.add_argument("--archived", action="store_true")
options.add_argument("--limit", type=int)
options = options.parse_args()
BLOCKS = {"actions", "context", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "table", "video"}


def is_block(block):
    if not isinstance(block, dict) or block.get("type") not in BLOCKS:
        return False
    if block["type"] == "section":
        text = block.get("text", {"type": "mrkdwn", "text": ""})
        return ("text" in block or "fields" in block) and text.get("type") in ("mrkdwn", "plain_text") \
            and isinstance(text.get("text"), str) and len(text["text"]) <= 3000
    return True


class Slack(Standin):
    state = {"requests": 0, "messages": []}

    def api(self):
        if self.path != options.path:
            return self.answer(404, "no_service")
        if self.command != "POST":
            return self.answer(400, "invalid_payload")
        if options.archived:
            return self.answer(410, "channel_is_archived")
        if options.limit is not None and len(self.state["messages"]) >= options.limit:
            return self.answer(429, "rate_limited", [("Retry-After", "30")])
        wait = self.wait()
        if wait:
            return self.answer(429, "rate_limited", [("Retry-After", str(int(wait) + 1))])
        message = self.body
        if self.headers.get("Content-Type") != "application/json" or not isinstance(message, dict):
            return self.answer(400, "invalid_payload")
        blocks = message.get("blocks", [])
        if not isinstance(blocks, list) or len(blocks) > 50 or not all(map(is_block, blocks)):
            return self.answer(400, "invalid_blocks")
        if not blocks and not message.get("text"):
            return self.answer(400, "no_text")
        if re.search(r"&(?!amp;|lt;|gt;)", message.get("text", "")):
            return self.answer(400, "invalid_payload")
        self.state["messages"].append(message)
        self.taken.append(message)
        self.answer(200, "ok")


run(Slack, options)
