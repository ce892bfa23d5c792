"""Stand-ins for public APIs, built from their public documentation alone; a process of its own on 127.0.0.1.

- braze: POST /users/track, https://www.braze.com/docs/api/endpoints/user_data/post_user_track/ and
  https://www.braze.com/docs/api/errors/ : Bearer key, at most 75 objects of a kind, minor errors in `errors` with
  `input_array` and `index`, fatal ones as 4xx, 429 with X-RateLimit-*.
- slack: an incoming webhook, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
  https://docs.slack.dev/apis/web-api/rate-limits : `ok` or a word, a message a second with short bursts, 429 with Retry-After.
- contacts: a made-up API for the connector http: PUT /contacts/EMAIL, and POST /batch that tells of rejected rows.

usage: standins.py API LOG [--rate REQUESTS] [--burst REQUESTS] [--archived]
Prints the URL on which it listens. LOG gets a line of JSON for each request: its path, status, headers and parsed body.
"""
import argparse, datetime, http.server, json, re, threading, time, urllib.parse

options = argparse.ArgumentParser()
options.add_argument("api", choices=["braze", "slack", "contacts"])
options.add_argument("log")
options.add_argument("--rate", type=float, default=1e9, help="requests a second that are taken")
options.add_argument("--burst", type=float, default=1, help="requests that may come at once")
options.add_argument("--archived", action="store_true", help="slack: the channel is archived")
options = options.parse_args()

KEY = "2f3a-rest-key"
lock = threading.Lock()
log = open(options.log, "a", buffering=1)
bucket = {"filled": options.burst, "at": time.monotonic()}


def must_wait():
    """Seconds until the next request would be taken; 0 takes this one."""
    with lock:
        now = time.monotonic()
        bucket["filled"] = min(options.burst, bucket["filled"] + (now - bucket["at"]) * options.rate)
        bucket["at"] = now
        if bucket["filled"] >= 1:
            bucket["filled"] -= 1
            return 0
        return (1 - bucket["filled"]) / options.rate


def is_time(text):
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except (AttributeError, ValueError):
        return False


def braze_fault(kind, item):
    """The minor error of an object; None when Braze takes it."""
    if not isinstance(item, dict):
        return "Data is not an object"
    alias = item.get("user_alias")
    if not (item.get("external_id") or item.get("braze_id") or item.get("email") or item.get("phone")
            or isinstance(alias, dict) and alias.get("alias_name") and alias.get("alias_label")):
        return "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required"
    if kind == "events":
        if not isinstance(item.get("name"), str) or not item["name"]:
            return "'name' is required"
        if not is_time(item.get("time")):
            return "'time' is required and must be a valid ISO 8601 time"
        if not isinstance(item.get("properties", {}), dict):
            return "'properties' must be an object"
        return None
    if "dob" in item and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(item["dob"])):
        return "'dob' must be a string in the format YYYY-MM-DD"
    if "email" in item and "@" not in str(item["email"]):
        return "'email' is not a valid email address"
    return None


def braze(request):
    """(status, headers, body, what was taken)"""
    if request.command != "POST" or request.path != "/users/track":
        return 404, {}, {"message": "Not Found"}, []
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        return 401, {}, {"message": "Invalid API key: unauthorized"}, []
    wait = must_wait()
    if wait:
        reset = {"X-RateLimit-Limit": f"{options.burst:.0f}", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time() + wait + 1))}
        return 429, reset, {"message": "Rate limit exceeded"}, []
    body = request.body
    kinds = [k for k in ("attributes", "events", "purchases") if isinstance(body, dict) and body.get(k)]
    if request.headers.get("Content-Type") != "application/json" or not kinds:
        return 400, {}, {"message": "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields."}, []
    if any(len(body[k]) > 75 for k in kinds):
        return 400, {}, {"message": "No more than 75 objects of a kind may be sent in a request"}, []
    answer, errors, taken = {"message": "success"}, [], []
    for kind in kinds:
        for index, item in enumerate(body[kind]):
            fault = braze_fault(kind, item)
            if fault:
                errors.append({"type": fault, "input_array": kind, "index": index})
            else:
                taken.append(item)
        answer[f"{kind}_processed"] = len(body[kind]) - len(errors)
    if errors:
        answer["errors"] = errors
    return 201, {}, answer, taken


def slack(request):
    if request.command != "POST" or request.path != "/services/T000/B000/XXXX":
        return 404, {}, "no_service", []
    if options.archived:
        return 410, {}, "channel_is_archived", []
    wait = must_wait()
    if wait:
        return 429, {"Retry-After": str(int(wait) + 1)}, "rate_limited", []
    body = request.body
    if not isinstance(body, dict):
        return 400, {}, "invalid_payload", []
    if not body.get("text") and not body.get("blocks"):
        return 400, {}, "no_text", []
    if re.search(r"&(?!amp;|lt;|gt;)", body.get("text", "")):
        return 400, {}, "invalid_payload", []
    return 200, {}, "ok", [body]


def contacts(request):
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        return 401, {}, {"message": "who are you?"}, []
    path = urllib.parse.urlsplit(request.path)
    if request.command == "PUT" and path.path.startswith("/contacts/"):
        email = urllib.parse.unquote(path.path[len("/contacts/"):])
        if email != request.body.get("email"):
            return 422, {}, {"message": "path and body name two addresses"}, []
        if request.body.get("n", 0) % 40 == 7:
            return 422, {}, {"message": f"{email} is unsubscribed"}, []
        return 200, {}, {"id": email}, [request.body]
    if request.command == "POST" and path.path == "/batch":
        rows = request.body["contacts"]
        rejected = [{"index": i, "reason": f"{row['email']} is unsubscribed"} for i, row in enumerate(rows) if row["n"] % 40 == 7]
        refused = {r["index"] for r in rejected}
        return 200, {}, {"rejected": rejected}, [row for i, row in enumerate(rows) if i not in refused]
    return 404, {}, {"message": "no such route"}, []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self.body = json.loads(data)
        except ValueError:
            self.body = None
        status, headers, answer, taken = {"braze": braze, "slack": slack, "contacts": contacts}[options.api](self)
        with lock:
            log.write(json.dumps({"path": self.path, "status": status, "headers": {k.lower(): v for k, v in self.headers.items()},
                                  "body": self.body, "taken": taken, "at": time.time()}) + "\n")
        text = answer if isinstance(answer, str) else json.dumps(answer)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_PUT = serve

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


server = Server(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_address[1]} listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
