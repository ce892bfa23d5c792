"""Sends members through the connectors braze, slack and http to stand-ins that are built from the APIs' public documentation
(Tests/Standins), and through webhook to a receiver whose results name none of the rows.

Goal: each API gets what its documentation asks for, in as few requests as it allows; whom it refuses has failed with its own
words, and nobody else; its limits are kept to; a wrong key, an archived channel and a throttle end as they should. Who may not have been taken comes again under the same key.

usage: connectors.py PREFIX [--seed N] [--short]
"""
import json, os, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Proof, arguments, die_with_parent

options = arguments(seed=0)
MEMBERS = 200 if options.short else 5000
MESSAGES = 12 if options.short else 60
KEY = "2f3a-rest-key"

proof = Proof("connectors", options.prefix, options.seed, f"{MEMBERS} members each to stand-ins of Braze, Slack and an API of its own")
standins = os.path.join(proof.root, "Tests", "Standins")
HOOK = "/services/T000/B000/XXXX"


class StandIn:
    def __init__(self, api, *arguments, name=None):
        self.file = proof.path(f"{name or api}.log")
        process = subprocess.Popen([sys.executable, "-B", f"{standins}/{api}.py", *arguments, "--log", self.file], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        proof.processes.append(process)
        self.url = process.stdout.readline().split()[-1]

    def requests(self):
        if not os.path.exists(self.file):
            return []
        with open(self.file) as lines:
            return [json.loads(line) for line in lines]

    def taken(self):
        return [item for request in self.requests() for item in request["taken"]]


def prove():
    gateway = LiveGateway(proof)
    model, keys = gateway.people(MEMBERS)
    # Every fortieth has a date of birth that no API takes; and one has markup in the name.
    model = gateway.call("POST", "/models", {
        "source_id": gateway.source, "name": "Odd people", "entity_type": "parent", "primary_key_column": "id",
        "sql_query": "SELECT id, email, n, n % 40 = 7 AS unsubscribed, CASE WHEN n % 40 = 7 THEN 'soon' ELSE '1990-01-01' END AS dob,"
                     " CASE WHEN n = 3 THEN '<b>Q & A</b>' ELSE 'Ann' END AS first_name FROM people"})["id"]
    refused = {key for n, key in enumerate(keys) if n % 40 == 7}
    first_few = {"type": "condition", "condition_type": "property", "column": "n", "operator": "less_than", "value": MESSAGES}

    def run(destination, **more):
        journey = gateway.journey(model, destination, **more)
        return journey, gateway.finish(journey, gateway.trigger(journey), within=120)

    def failed(destination):
        return {letter["key"]: letter for letter in gateway.letters(destination)}

    # Braze: attributes, with minor errors.
    braze = StandIn("braze", KEY)
    destination = gateway.destination({"endpoint": braze.url, "api_key": KEY}, type="braze")
    run(destination, fields=("email", "dob", "first_name", "n"))
    users, letters = {user["external_id"]: user for user in braze.taken()}, failed(destination)
    sizes = [len(request["body"]["attributes"]) for request in braze.requests()]
    proof.check("braze: each user was updated once, but for those with an error", sorted(users) == sorted(set(keys) - refused)
                and len(braze.taken()) == len(users) and users["p000003"] == {"external_id": "p000003", "email": "p000003@example.com",
                                                                              "dob": "1990-01-01", "first_name": "<b>Q & A</b>", "n": 3})
    proof.check("braze: 75 objects a request", max(sizes) == 75 and sizes.count(75) >= len(sizes) * 0.6, f"{len(sizes)} requests for {MEMBERS} members")
    proof.check("braze: who was refused has failed, with Braze's words", set(letters) == refused
                and all(l["code"] == "BAD_REQUEST" and "'dob' must be a string" in l["message"] for l in letters.values()),
                letters["p000007"]["message"])

    # Braze: events, and a key that is not valid.
    events = StandIn("braze", KEY, name="events")
    destination = gateway.destination({"endpoint": events.url, "api_key": KEY, "object": "events", "event_name": "joined"}, type="braze")
    run(destination, fields=("email", "n"))
    taken = events.taken()
    proof.check("braze: an event for each member, with a key of its own", len(taken) == MEMBERS == len({e["properties"]["tessera_key"] for e in taken})
                and {e["name"] for e in taken} == {"joined"} and {e["external_id"] for e in taken} == set(keys), len(taken))
    locked = StandIn("braze", KEY, name="locked")
    destination = gateway.destination({"endpoint": locked.url, "api_key": "another"}, type="braze")
    run(destination, where=first_few)
    letters = failed(destination)
    proof.check("braze: a wrong key fails all, with one request a batch, and no key in the error", len(letters) == MESSAGES and len(locked.requests()) == 1
                and {l["code"] for l in letters.values()} == {"AUTHENTICATION_ERROR"} and "another" not in json.dumps(letters), letters["p000000"]["message"])

    # Braze: a throttle with X-RateLimit-Reset.
    # In the short form so slow that a busy machine is throttled, too; in the long form fast enough for all members.
    narrow = StandIn("braze", KEY, "--rate", "0.5" if options.short else "2", "--burst", "1", name="narrow")
    destination = gateway.destination({"endpoint": narrow.url, "api_key": KEY}, type="braze")
    run(destination, fields=("email", "n"), retry={"attempts": 50, "first_pause": {"duration": 1, "unit": "seconds"}})
    throttled = [r for r in narrow.requests() if r["status"] == 429]
    proof.check("braze: throttled rows wait for X-RateLimit-Reset, and all arrive", {u["external_id"] for u in narrow.taken()} == set(keys)
                and len(narrow.taken()) == MEMBERS and throttled, f"{len(throttled)} throttled of {len(narrow.requests())}")

    # Slack: one message each; the limit keeps them apart.
    slack = StandIn("slack", HOOK, "--rate", "20", "--burst", "3")
    destination = gateway.destination({"webhook_url": slack.url + HOOK, "text": "{{first_name}} (<{{email}}>) came"}, type="slack",
                                      limits={"requests_per_second": 10})
    run(destination, fields=("first_name", "email"), where=first_few)
    texts = [message["text"] for message in slack.taken()]
    # What a busy machine lets pile up before the stand-in may be too much for it at once: it comes again.
    proof.check("slack: a message for each member, members' data as text", len(texts) == MESSAGES
                and (options.short or len(slack.requests()) == MESSAGES)
                and "&lt;b&gt;Q &amp; A&lt;/b&gt; (<p000003@example.com>) came" in texts, texts[0])
    kept = gateway.call("GET", f"/destinations/{destination}")
    proof.check("slack: its URL is a secret", "XXXX" not in json.dumps(kept), kept["config"]["webhook_url"])
    archived = StandIn("slack", HOOK, "--archived", name="archived")
    destination = gateway.destination({"webhook_url": archived.url + HOOK}, type="slack")
    mapping = [{"source_column": "first_name", "destination_field": "text"}]
    journey = gateway.call("POST", "/journeys", {"name": "Archived", "parent_model_id": model, "entry_criteria": first_few, "tiles": [
        {"id": "in", "type": "entry"}, {"id": "send", "type": "sync", "config": {"destination_id": destination, "field_mapping": mapping}}],
        "edges": [{"from": "in", "to": "send"}]})["id"]
    gateway.call("POST", f"/journeys/{journey}/activate")
    gateway.trigger(journey)
    kept = gateway.until("410 disables", lambda: (lambda d: d if d["status"] == "error" else None)(gateway.call("GET", f"/destinations/{destination}")))
    proof.check("slack: an archived channel disables the destination", "410" in kept["status_error"] and len(archived.requests()) <= 8, kept["status_error"])

    # http: a request a member, and batches with results of single rows.
    contacts = StandIn("contacts", KEY)
    destination = gateway.destination({"url": contacts.url + "/contacts/{{email}}", "method": "PUT", "secrets": {"token": KEY},
                                       "headers": {"Authorization": "Bearer {{secret.token}}"}, "body": {"email": "{{email}}", "unsubscribed": "{{unsubscribed}}"}}, type="http")
    run(destination, fields=("email", "unsubscribed"))
    letters, paths = failed(destination), {request["path"] for request in contacts.requests()}
    proof.check("http: one request a member, with its key", len(contacts.requests()) == MEMBERS and "/contacts/p000003%40example.com" in paths
                and len({r["headers"]["idempotency-key"] for r in contacts.requests()}) == MEMBERS, len(paths))
    proof.check("http: who was refused has failed with the answer beside", set(letters) == refused and len(contacts.taken()) == MEMBERS - len(refused)
                and "unsubscribed" in gateway.call("GET", "/journeys/" + letters["p000007"]["journey_id"] + "/members/p000007")["error"]["response"])
    batches = StandIn("contacts", KEY, name="batches")
    destination = gateway.destination({"url": batches.url + "/contacts/batch", "secrets": {"token": KEY}, "headers": {"Authorization": "Bearer {{secret.token}}"},
                                       "batch_size": 50, "body": {"contacts": {"$rows": {"id": "{{$member}}", "key": "{{$key}}", "email": "{{email}}",
                                                                                        "unsubscribed": "{{unsubscribed}}"}}},
                                       "results": {"pointer": "/rejected", "message_pointer": "/reason"}}, type="http")
    run(destination, fields=("email", "unsubscribed"))
    letters = failed(destination)
    proof.check("http: batches, and each rejected row alone has failed", set(letters) == refused and len(batches.taken()) == MEMBERS - len(refused)
                and "p000007@example.com is unsubscribed" in letters["p000007"]["message"], f"{len(batches.requests())} requests")
    # webhook: a receiver that names rows that it did not take so that nobody knows them.
    wrong = StandIn("webhook")
    destination = gateway.destination({"url": wrong.url + "/members", "batch_size": 50})
    _, end = run(destination, retry={"attempts": 30, "first_pause": {"duration": 1, "unit": "seconds"}})
    rows = [row for request in wrong.requests() for row in request["body"]["rows"]]
    arrived = [row["primary_key"] for row in wrong.taken()]
    named = {(row["primary_key"], row["idempotency_key"]) for row in rows}
    proof.check("webhook: where results name none of the rows, all are tried again until they are taken, and nobody is lost",
                sorted(arrived) == sorted(keys) and not failed(destination), f"{len(rows)} rows sent for {len(arrived)} taken, {end['status']}")
    proof.check("webhook: they come again under the same keys", len(rows) > MEMBERS and len(named) == MEMBERS == len({key for _, key in named}))
    proof.check("the log has no error, and no secret", not gateway.alarms() and KEY not in open(proof.path("gateway.err")).read(), gateway.alarms()[:2] or "")
    gateway.stop()


sys.exit(proof.run(prove, 120 if options.short else 600))
